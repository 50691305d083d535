"""What the importer records, so that an import can be repeated."""

from django.db import models


class PostImport(models.Model):
    """An imported file, the page that it became, and what was written there."""

    blog = models.ForeignKey("blog.BlogIndexPage", on_delete=models.CASCADE, related_name="+")
    # The record outlives the page. Otherwise the next import would restore a page that an editor has deleted.
    page = models.OneToOneField("blog.BlogPostPage", null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.TextField(help_text="The path of the file on the machine that imported it.")
    address = models.TextField(help_text="The path of the post on its old site.")
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="A hash of everything that was written. Empty until that is done."
    )
    revision_id = models.PositiveBigIntegerField(
        null=True, help_text="The revision that the import made. A later one was made by an editor."
    )
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        # The table was made when the model belonged to the app `blog`.
        db_table = "blog_postimport"
        constraints = [models.UniqueConstraint(fields=["blog", "source"], name="one_import_per_file")]

    def __str__(self) -> str:
        return f"{self.source} → {self.page_id or 'no page'}"
