"""Which version of the privacy notice is in force? Its text is `templates/delegates/privacy_notice.html`.

Change it with the text: what each person accepted must be known (Ley 1581 de 2012, art. 9 and 12).
"""

NOTICE_VERSION = "2026-11-29"
