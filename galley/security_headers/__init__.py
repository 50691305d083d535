"""Headers that tell browsers what a response may do: a content security policy, and what belongs beside it.

The public face: the middleware in `middleware`, the ASGI application in `application`, and `allow` for a single page.
"""
