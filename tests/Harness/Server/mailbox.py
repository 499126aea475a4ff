"""What aiosmtpd does with the mail of the tests: the address says how it is treated, what is taken lies in a folder."""
import asyncio
import os


class Mailbox:
    def __init__(self, folder):
        self.folder, self.times, self.taken = folder, {}, len([name for name in os.listdir(folder) if name.endswith(".eml")])

    @classmethod
    def from_cli(cls, parser, *args):
        return cls(args[0])

    def note(self, line):
        with open(os.path.join(self.folder, "log"), "a") as log:
            log.write(line + "\n")

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.note(f"rcpt {address} {'tls' if session.ssl else 'plain'}")
        self.times[address] = self.times.get(address, 0) + 1
        if address.startswith("greylisted") and self.times[address] < 3:
            return "451 4.7.1 Greylisted, try again later"
        if address.startswith("refused") and not os.path.exists(os.path.join(self.folder, "opened")):
            return "550 5.1.1 There is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("stalled") and not os.path.exists(os.path.join(self.folder, "opened")):
            self.note("stalling")
            await asyncio.sleep(60)
        self.taken += 1
        path = os.path.join(self.folder, f"{self.taken}.eml")
        with open(path + ".part", "wb") as mail:
            mail.write(envelope.original_content)
        os.rename(path + ".part", path)
        return "250 Taken"
