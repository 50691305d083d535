"""Page cache: whole responses and computed values, held in memory until the content that they show changes.

Public modules: `application` (the ASGI cache), `middleware`, `versioned` (cached values), `invalidation`, `protocol`.
"""
