"""The address of the room, as browsers see it and security keys are bound to it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

LOCALHOST = "localhost"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the room is served.

    Attributes:
        host: the name in its address: ``localhost``, a name of this machine, or an IP address.
        port: the port.
        tls: whether it is served over TLS.
    """

    host: str
    port: int
    tls: bool

    @property
    def netloc(self) -> str:
        """Host and port, as in a browser's ``Host`` header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.tls else 80
        return shown if self.port == usual else f"{shown}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: the address of the room."""
        return f"{'https' if self.tls else 'http'}://{self.netloc}"

    @property
    def relying_party(self) -> str:
        """The name that security keys are bound to; empty for an IP address, which they refuse."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return self.host
        return ""
