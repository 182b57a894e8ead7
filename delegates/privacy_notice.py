"""Which privacy notice is in force? Its text is `templates/delegates/privacy_notice.html`; its editor edits this.

Ley 1581 de 2012, art. 9 and 12: what was accepted must be known for as long as the data are kept.
"""

NOTICE_VERSION = "2026-11-21"
