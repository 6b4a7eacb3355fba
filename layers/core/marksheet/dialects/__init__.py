"""One package per wire format: decode requests, encode answers, encode errors.

Pure; the core never sees a wire dict.
"""
