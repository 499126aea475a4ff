using FirstRing.Tests.Harness;
using MimeKit;

namespace FirstRing.Tests.Notifications;

/// <summary>What a mail server has taken, read as mail.</summary>
internal static class Mails
{
    public static IReadOnlyList<MimeMessage> Taken(this MailServer server) =>
        [.. Directory.GetFiles(server.Mails, "*.eml").Order(StringComparer.Ordinal).Select(path => MimeMessage.Load(path))];
}
