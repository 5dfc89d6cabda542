"""`NamedTuple` for what is on the way of every look-up: typing, with what it imports, is a twentieth of a cold one.

A type checker takes it for typing's.
"""

__all__ = ["NamedTuple"]
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    class _Fields(type):
        def __new__(cls, name, bases, body):
            fields = body["__annotations__"]
            defaults = [body[field] for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            made.__annotations__, made.__doc__ = fields, body.get("__doc__")
            return made

    NamedTuple = type.__new__(_Fields, "NamedTuple", (), {})
