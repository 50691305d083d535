"""What SQL does, as Django and the libraries write it."""

import pytest

from galley.page_cache.tables import Statement, parse

A_PAGE = 'UPDATE "wagtailcore_page" SET "draft_title" = %s, "latest_revision_id" = 3 WHERE "wagtailcore_page"."id" = %s'


@pytest.mark.parametrize(
    ("sql", "verb", "table"),
    [
        ('INSERT INTO "blog_author" ("name") VALUES (%s) RETURNING "blog_author"."id"', "INSERT", "blog_author"),
        ('INSERT OR IGNORE INTO "blog_author" ("name") VALUES (%s)', "INSERT", "blog_author"),
        ('REPLACE INTO "blog_author" VALUES (%s)', "REPLACE", "blog_author"),
        (A_PAGE, "UPDATE", "wagtailcore_page"),
        ("update wagtailcore_page set path = %s where id = 1", "UPDATE", "wagtailcore_page"),
        ('DELETE FROM "home_rendition" WHERE "home_rendition"."id" IN (%s)', "DELETE", "home_rendition"),
        ('TRUNCATE "a_table", "another"', "TRUNCATE", "a_table"),
        ("\n  UPDATE ONLY `some_table` SET x = 1", "UPDATE", "some_table"),
        ('WITH x AS (SELECT 1) UPDATE "blog_author" SET "name" = %s', "UPDATE", "blog_author"),
        ('WITH x AS (DELETE FROM "blog_author" RETURNING *) SELECT * FROM x', "UPDATE", "blog_author"),
        ("SAVEPOINT x", "", ""),
        ("BEGIN IMMEDIATE", "", ""),
        ("PRAGMA foreign_keys", "", ""),
        ("SELECT 'UPDATE x SET y'", "", ""),
    ],
)
def test_what_it_changes(sql: str, verb: str, table: str) -> None:
    statement = parse(sql)
    assert (statement.verb, statement.table) == (verb, table)


@pytest.mark.parametrize(
    ("sql", "sources"),
    [
        ('SELECT "a"."id" FROM "a" INNER JOIN "b" ON ("a"."b_id" = "b"."id") LEFT OUTER JOIN "c" T5 ON (1)', "abc"),
        ('SELECT 1 AS "x" FROM "a" WHERE EXISTS(SELECT 1 FROM "b" U0 WHERE U0."id" = "a"."id") LIMIT 1', "ab"),
        ('SELECT COUNT(*) FROM (SELECT DISTINCT "a"."id" FROM "a") subquery', "a"),
        ('(SELECT "a"."id" FROM "a") UNION ALL (SELECT "b"."id" FROM "b")', "ab"),
        ('WITH x AS (SELECT * FROM "a") SELECT * FROM "b"', "ab"),
        ("SELECT pg_advisory_lock(1)", ""),
        ("SAVEPOINT x", ""),
    ],
)
def test_what_it_reads(sql: str, sources: str) -> None:
    assert parse(sql).sources == set(sources)


def test_which_columns_an_update_sets() -> None:
    assert parse(A_PAGE).columns == {"draft_title", "latest_revision_id"}
    two_lines = "UPDATE a SET\n  x = 1,\n  y = CASE WHEN z = 3 THEN 1 END"
    assert parse(two_lines).columns >= {"x", "y"}
    assert parse('DELETE FROM "a" WHERE "x" = 1') == Statement(verb="DELETE", table="a")
