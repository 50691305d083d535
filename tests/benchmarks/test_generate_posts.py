"""Generated posts are like published ones."""

import pytest
from wagtail.models import Page

from benchmarks.generate_posts import main
from blog.models import BlogPostPage
from tests.conftest import SmallSite

pytestmark = pytest.mark.django_db


def generated(small_site: SmallSite) -> list[BlogPostPage]:
    return list(BlogPostPage.objects.child_of(small_site.blog).exclude(pk=small_site.post.pk))


def test_they_stand_in_a_sound_tree(small_site: SmallSite) -> None:
    main(["12"])
    main(["3"])
    assert len(generated(small_site)) == 15
    assert Page.find_problems() == ([], [], [], [], [])


def test_they_can_be_read_found_and_filtered(small_site: SmallSite, client) -> None:
    main(["12"])
    post = generated(small_site)[0]
    page = client.get(post.url).content.decode()
    assert post.title in page
    assert post.authors[0].name in page
    assert len(page.split()) > 300
    tag = post.tag_links[0].url.partition("?")[2]
    assert post.title in client.get(f"{small_site.blog.url}?{tag}").content.decode()


@pytest.mark.nightly
def test_they_can_be_edited_and_published(small_site: SmallSite) -> None:
    main(["1"])
    post = generated(small_site)[0]
    opening = post.opening
    post.title = "Edited"
    post.save_revision().publish()
    post.refresh_from_db()
    assert (post.title, post.opening) == ("Edited", opening)


@pytest.mark.nightly
def test_the_same_seed_makes_the_same_posts(small_site: SmallSite) -> None:
    main(["3", "--seed", "7"])
    titles = [post.title for post in generated(small_site)]
    for post in generated(small_site):
        post.delete()
    main(["3", "--seed", "7"])
    assert [post.title for post in generated(small_site)] == titles


def test_they_may_have_the_texts_that_the_blog_has(small_site: SmallSite) -> None:
    post = BlogPostPage.objects.get(pk=small_site.post.pk)
    post.body = [("markdown", "Written by *hand*.")]
    post.save()
    main(["4", "--own-texts"])
    assert {post.opening for post in generated(small_site)} == {"Written by hand."}


def test_a_blog_without_posts_has_no_texts_to_take(small_site: SmallSite) -> None:
    small_site.post.delete()
    with pytest.raises(SystemExit, match="no posts"):
        main(["4", "--own-texts"])


def test_a_site_without_a_blog_is_told_so(small_site: SmallSite) -> None:
    with pytest.raises(SystemExit, match="no such blog"):
        main(["4", "--blog", "elsewhere"])
