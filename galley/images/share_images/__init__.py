"""The picture that is shown where somebody shares a page: drawn from its title, unless an editor chose one.

It is drawn when it is first asked for, by a view that looks each time whether everybody may read the page. So nothing
of a draft or of a restricted page is ever drawn, and what was drawn before a page was restricted is out of reach.
"""
