"""How is every form drawn? With the portal's own field and error templates."""

from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Draw fields with `components/field.html`; templates of `templates/` come before Django's."""

    field_template_name = "components/field.html"
