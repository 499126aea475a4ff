using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;

namespace FirstRing.Notifications.Templates;

/// <summary>A letter, or what came of the attempt without one.</summary>
internal sealed record Written(Letter? Letter, Outcome? Instead = null);

/// <summary>Who writes which letter. Each is written at the moment of sending.</summary>
internal static class Letters
{
    public delegate Task<Written> Writer(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop);

    public static IReadOnlyDictionary<string, Writer> All { get; } = new Dictionary<string, Writer>
    {
        [VisitLink.Name] = VisitLink.Write,
        [SignInNotice.Name] = SignInNotice.Write,
        [EmergencyAlert.Name] = EmergencyAlert.Write,
        [AgreementNotice.Name] = AgreementNotice.Write,
    };

    public static Task<Written> Write(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop) => All[claimed.Template](claimed, options, services, stop);
}
