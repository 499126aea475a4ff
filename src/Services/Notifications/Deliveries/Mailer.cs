using FirstRing.Contracts.Notifications;
using FirstRing.Notifications.Mail;
using FirstRing.Notifications.Templates;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Notifications.Deliveries;

/// <summary>
/// Tries what is due, at least once and, but for a death between the mail server's answer and the line in the store, once. Any number of nodes may run it. A
/// message is written at the moment of sending: address and link come from their owners and are kept nowhere.
/// </summary>
internal sealed partial class Mailer(DeliveryStore deliveries, SmtpWay smtp, IServiceProvider services, ILogger<Mailer> log) : BackgroundService
{
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(30), Soonest = TimeSpan.FromMilliseconds(50), Again = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (smtp.Options is null) LogNotSetUp();
        while (!stoppingToken.IsCancellationRequested)
        {
            using var ticket = deliveries.Wakes.Watch(DeliveryStore.Topic);
            try
            {
                while (await DeliverDue(stoppingToken) > 0) { }
                await ticket.Wait(Rest(await deliveries.NextDue(stoppingToken), deliveries.Clock.Microseconds()), stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure.GetType().Name);
                await Task.Delay(Again, deliveries.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) { break; }
        }
    }

    /// <summary>How long to rest where the next one is due at <paramref name="due"/>, in UTC microseconds; null where none waits.</summary>
    internal static TimeSpan Rest(long? due, long now) =>
        due is { } at ? TimeSpan.FromMicroseconds(Math.Clamp(at - now, (long)Soonest.TotalMicroseconds, (long)Idle.TotalMicroseconds)) : Idle;

    /// <summary>One round; how many were tried.</summary>
    public async Task<int> DeliverDue(CancellationToken stop)
    {
        var claimed = await deliveries.Claim(stop);
        await Task.WhenAll(claimed.Select(one => Deliver(one, stop)));
        return claimed.Count;
    }

    async Task Deliver(Claimed claimed, CancellationToken stop)
    {
        Acting.As(Caller.System("notifications", claimed.Tenant.ToString()));
        Outcome outcome;
        try
        {
            outcome = await Send(claimed, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            LogFailed(failure.GetType().Name);
            outcome = Outcome.NeighbourAway;
        }
        await deliveries.Settle(claimed, outcome);
        if (outcome.Next == DeliveryState.Dead && outcome != Outcome.NotConfigured) LogDead(claimed.Template, outcome.Code);
    }

    async Task<Outcome> Send(Claimed claimed, CancellationToken stop)
    {
        if (smtp.Options is not { } options) return Outcome.NotConfigured;
        var written = await Letters.Write(claimed, options, services, stop);
        return written.Letter is { } letter ? await smtp.Send(claimed, letter, stop) : written.Instead!;
    }

    [LoggerMessage(1, LogLevel.Error, "A message could not be tried: {Failure}")]
    partial void LogFailed(string failure);

    [LoggerMessage(3, LogLevel.Warning, "No mail server is set up: no message is sent.")]
    partial void LogNotSetUp();

    [LoggerMessage(2, LogLevel.Error, "A message of template {Template} is given up and waits for a person: {Outcome}")]
    partial void LogDead(string template, string outcome);
}
