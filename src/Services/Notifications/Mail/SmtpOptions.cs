using Microsoft.Extensions.Configuration;
using MimeKit;

namespace FirstRing.Notifications.Mail;

/// <summary>
/// The operator's mail server. <paramref name="Port"/> 465 begins with TLS, any other by STARTTLS; without TLS nothing is sent. <paramref name="From"/>: the
/// address that messages come from. <paramref name="Door"/>: where patients and staff reach the platform.
/// </summary>
internal sealed record SmtpOptions(string Host, int Port, string From, string? User, string? Password, Uri Door)
{
    public const int TlsFromTheStart = 465;
    const int Submission = 587; // RFC 6409

    /// <summary>From <c>Smtp:Host</c>, <c>Smtp:Port</c>, <c>Smtp:From</c>, <c>Smtp:User</c>, <c>Smtp:Password</c> and <c>Door</c> of the module's section; null where there is no
    /// host: then no mail is sent.</summary>
    /// <exception cref="InvalidOperationException">There is a host, but the sender is no address or the door is no https address.</exception>
    public static SmtpOptions? Read(IConfiguration settings)
    {
        var smtp = settings.GetSection("Smtp");
        if (smtp["Host"] is not { Length: > 0 } host) return null;
        if (smtp["From"] is not { Length: > 0 } from || !MailboxAddress.TryParse(from, out var sender) || sender.Domain.Length == 0) throw new InvalidOperationException("Smtp:From is no e-mail address.");
        if (!Uri.TryCreate(settings["Door"], UriKind.Absolute, out var door) || door.Scheme != Uri.UriSchemeHttps) throw new InvalidOperationException("Door is no https address.");
        return new SmtpOptions(host, int.TryParse(smtp["Port"], System.Globalization.CultureInfo.InvariantCulture, out var port) ? port : Submission, from,
            smtp["User"] is { Length: > 0 } user ? user : null, smtp["Password"], door);
    }
}
