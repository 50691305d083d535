"""Starts the site's time zone wherever pages are served."""

from django.apps import AppConfig


class SiteSettingsConfig(AppConfig):
    """The app. It has no models of its own, since the site's settings are one model of the site."""

    name = "galley.site_settings"

    def ready(self) -> None:
        """Activate the site's time zone in each request that is served by the page cache."""
        from galley.page_cache.versioned import serving_started
        from galley.site_settings.active_zone import activate_site_zone

        serving_started.connect(activate_site_zone, dispatch_uid="activate the site's time zone")
