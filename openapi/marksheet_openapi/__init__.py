"""What the API answers, as an OpenAPI document: `python -m marksheet_openapi` writes it.

Paths come from the function's own routes, requests from the dialect's own models. Written down here is what
no code says: the shape of answers (`evaluations`, `results`, `benchmarks`, `models`, `uploads`), and for
every route a few words and the ways it may refuse (`OPERATIONS` of each module, by the name of the route's
function). No Lambda imports this package; tests hold every answer they see against it.
"""
