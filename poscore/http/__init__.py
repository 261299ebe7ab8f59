"""The one small Flask + pydantic layer that both services share.

`Api` turns typed functions into routes and OpenAPI 3.1; every error leaves as RFC 9457 problem+json; the security
headers are set here. The only part of poscore that may import Flask.
"""

from poscore.http.api import Answer, Api, Call
from poscore.http.models import Model, Whole
from poscore.idempotency import Idempotency

__all__ = ["Answer", "Api", "Call", "Idempotency", "Model", "Whole"]
