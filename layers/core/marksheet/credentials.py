"""Keys of model endpoints, in Secrets Manager and nowhere else: referred to by name, never stored, logged or
returned.
"""

from __future__ import annotations

import time

from marksheet.aws import client, error_code

_CACHE_SECONDS = 300.0


class Credentials:
    """The deployment's secrets, all named `<prefix>/<organization>/<model id>`."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._cache: dict[str, tuple[float, str]] = {}

    def keep(self, organization: str, model_id: str, key: str) -> str:
        """Store a model's key and return the secret's name. A key left by a deleted model of that id is
        replaced.
        """
        name = f"{self._prefix}/{organization}/{model_id}"
        try:
            client("secretsmanager").create_secret(
                Name=name, SecretString=key, Description="Key of a model endpoint, kept by Marksheet"
            )
        except client("secretsmanager").exceptions.ResourceExistsException:
            client("secretsmanager").put_secret_value(SecretId=name, SecretString=key)
        return name

    def read(self, name: str) -> str:
        """A model's key, at most five minutes old. Raises `KeyError` when the secret is gone."""
        cached = self._cache.get(name)
        if cached and cached[0] > time.monotonic():
            return cached[1]
        try:
            value: str = client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        except client("secretsmanager").exceptions.ClientError as error:
            if error_code(error) in {"ResourceNotFoundException", "InvalidRequestException"}:
                raise KeyError(name) from error
            raise
        self._cache[name] = (time.monotonic() + _CACHE_SECONDS, value)
        return value

    def forget(self, name: str) -> None:
        """Delete a model's key at once, without a recovery window, so that its id can be used again."""
        self._cache.pop(name, None)
        try:
            client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        except client("secretsmanager").exceptions.ResourceNotFoundException:
            return
