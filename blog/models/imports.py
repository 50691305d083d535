"""What the importer remembers, so that it can be run again."""

from django.db import models


class PostImport(models.Model):
    """Which file became which post, and what was written then."""

    blog = models.ForeignKey("blog.BlogIndexPage", on_delete=models.CASCADE, related_name="+")
    # Kept when the page is deleted, so that the next run doesn't bring it back against the editor's will.
    page = models.OneToOneField("blog.BlogPostPage", null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.TextField(help_text="The file's place on the machine that imported it.")
    address = models.TextField(help_text="The post's path on its old site.")
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="A hash of all that was written; empty until that is done."
    )
    revision_id = models.PositiveBigIntegerField(
        null=True, help_text="The revision that the import made. If the page has a later one, an editor was there."
    )
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blog", "source"], name="one_import_per_file")]

    def __str__(self) -> str:
        return f"{self.source} → {self.page_id or 'no page'}"
