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
            fields = type(name, (), dict(body)).__annotations__
            made = namedtuple(name, fields, defaults=[body[field] for field in fields if field in body])
            for key in body.keys() - fields.keys():  # the docstring, methods
                setattr(made, key, body[key])
            made.__annotations__ = fields
            return made

    NamedTuple = type.__new__(_Fields, "NamedTuple", (), {})
