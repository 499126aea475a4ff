using System.Net.Sockets;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Templates;
using FirstRing.Platform.Egress;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace FirstRing.Notifications.Mail;

/// <summary>
/// Hands a letter to the operator's mail server, through the way out: the clinic's registry must name the server's host and cover what the letter holds. TLS
/// always, with a certificate that is trusted for that host.
/// </summary>
internal sealed class SmtpWay(SmtpOptions? options, Egress egress, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public SmtpOptions? Options => options;

    /// <summary>A message names a patient's address beside a clinic and a time, so it is health information; to staff it says nothing about people.</summary>
    static DataClass ClassOf(Letter letter) => letter.ToPatient ? DataClass.Phi : DataClass.Operational;

    public async Task<Outcome> Send(Claimed claimed, Letter letter, CancellationToken stop)
    {
        if (MessageOf(claimed, letter, options!) is not { } message) return Outcome.AddressWrong;
        using var tooLate = new CancellationTokenSource(Patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, tooLate.Token);
        try
        {
            return await Hand(claimed.Tenant.ToString(), WireName.Of(ClassOf(letter)), message, limit.Token);
        }
        catch (SmtpCommandException failure)
        {
            return Outcome.Of((int)failure.StatusCode);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested && KindOf(failure) is { } outcome)
        {
            return outcome;
        }
    }

    async Task<Outcome> Hand(string tenant, string dataClass, MimeMessage message, CancellationToken stop)
    {
        var line = await egress.Connect(tenant, dataClass, options!.Host, options.Port, stop);
        if (line.Value is null) return Outcome.Of(line.Refused!);
        using var client = new SmtpClient { ServerCertificateValidationCallback = egress.Trusts, CheckCertificateRevocation = false, LocalDomain = MailboxAddress.Parse(options.From).Domain };
        await client.ConnectAsync(line.Value, options.Host, options.Port, options.Port == SmtpOptions.TlsFromTheStart ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls, stop);
        if (options.User is not null) await client.AuthenticateAsync(options.User, options.Password ?? "", stop);
        await client.SendAsync(message, stop);
        await Leave(client, stop);
        return Outcome.Sent;
    }

    // The server has taken it; what happens to the goodbye changes nothing.
    static async Task Leave(SmtpClient client, CancellationToken stop)
    {
        try { await client.DisconnectAsync(quit: true, stop); }
        catch (Exception failure) when (failure is IOException or SmtpProtocolException or SmtpCommandException or OperationCanceledException) { }
    }

    static Outcome? KindOf(Exception failure) => failure switch
    {
        SslHandshakeException => Outcome.NotTrusted,
        NotSupportedException => Outcome.NoTls,
        AuthenticationException => Outcome.SignInRefused,
        SocketException or IOException or SmtpProtocolException or OperationCanceledException => Outcome.Away,
        _ => null,
    };

    /// <summary>The letter as it goes over the wire; null where the address is not one address and nothing else.</summary>
    internal static MimeMessage? MessageOf(Claimed claimed, Letter letter, SmtpOptions options)
    {
        var address = letter.To.Reveal;
        if (!MailboxAddress.TryParse(address, out var to) || to.Address != address || !string.IsNullOrEmpty(to.Name) || to.Domain.Length == 0 || address.Any(char.IsControl)) return null;
        var from = MailboxAddress.Parse(options.From);
        var message = new MimeMessage();
        message.From.Add(new MailboxAddress(OneLine(letter.From), from.Address));
        message.To.Add(to);
        message.Subject = OneLine(letter.Subject);
        // The same at every attempt: whoever gets it twice can tell.
        message.MessageId = $"{claimed.Id}@{from.Domain}";
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834 §5
        message.Body = new BodyBuilder { TextBody = letter.Text, HtmlBody = letter.Html }.ToMessageBody();
        return message;
    }

    static string OneLine(string text) => string.Concat(text.Where(letter => !char.IsControl(letter)));

    public void Dispose() => egress.Dispose();
}
