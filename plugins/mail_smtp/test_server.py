# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server (Debian's python3-aiosmtpd) for tests: test_server.py MODE DIRECTORY [CERTIFICATE KEY].

MODE: plain, starttls, tls, greylist (451 to the first try), reject (550), hang (says nothing after the greeting).
It writes the port into DIRECTORY/port, and each mail, with its envelope, into DIRECTORY/mail.N.
"""
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

mode, directory = sys.argv[1], sys.argv[2]
context = None
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])


class Handler:
    tries = 0
    mails = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        Handler.tries += 1
        if mode == "greylist" and Handler.tries == 1:
            return "451 4.7.1 Greylisted, try again"
        if mode == "reject":
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Handler.mails += 1
        name = os.path.join(directory, "mail.%d" % Handler.mails)
        with open(name + ".part", "wb") as out:
            out.write(("X-From: %s\nX-To: %s\nX-Tls: %s\n" % (envelope.mail_from, envelope.rcpt_tos, session.ssl is not None)).encode())
            out.write(envelope.content)
        os.rename(name + ".part", name)
        return "250 Taken"


def allow(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"junctor" and data.password == b"right", handled=False)


class Hanging(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"220 wait for ever\r\n")


def protocol():
    if mode == "hang":
        return Hanging()
    return SMTP(
        Handler(),
        hostname="localhost",
        tls_context=context if mode == "starttls" else None,
        require_starttls=mode == "starttls",
        authenticator=allow,
        auth_require_tls=mode == "starttls",
        auth_required=mode in ("starttls", "tls"),
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    name = os.path.join(directory, "port")
    with open(name + ".part", "w") as out:
        out.write(str(server.sockets[0].getsockname()[1]))
    os.rename(name + ".part", name)
    await server.serve_forever()


asyncio.run(main())
