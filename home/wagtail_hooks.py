"""What the pages' common part changes in Wagtail."""

from wagtail import hooks
from wagtail.rich_text.feature_registry import FeatureRegistry

from home.pictures.rich_text import PictureEmbedHandler


@hooks.register("register_rich_text_features", order=1)
def render_pictures_in_rich_text(features: FeatureRegistry) -> None:
    """Put our pictures in the place of Wagtail's."""
    features.register_embed_type(PictureEmbedHandler)
