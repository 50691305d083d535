"""The response cache in front of Django.

A page is made of what the database answers. So an answer is kept together with the queries that it was made from, and
it holds as long as they give the same rows: nobody has to say what depends on what, and nothing can be forgotten.
"""
