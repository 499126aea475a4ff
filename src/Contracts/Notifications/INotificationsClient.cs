using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Notifications;

/// <summary>Messages to patients and staff, as deliveries: what became of each, and those that were given up and wait for a person. Addresses are in none.</summary>
public interface INotificationsClient
{
    /// <summary>For admins. The newest 200 of the clinic, those given up first. Refused: <c>not-allowed</c>.</summary>
    [Post("/contract/notifications/list-deliveries")] Task<Answer<DeliveryList>> ListDeliveries([Body] ListDeliveries request, CancellationToken stop);

    /// <summary>For admins. Tries one that was given up anew; again changes nothing while it waits. Refused: <c>not-allowed</c>, <c>no-such-delivery</c>,
    /// <c>delivery-settled</c> (sent, or of no more use).</summary>
    [Post("/contract/notifications/replay-delivery")] Task<Answer<Delivery>> ReplayDelivery([Body] ReplayDelivery request, CancellationToken stop);
}

[JsonConverter(typeof(JsonStringEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    /// <summary>To be tried, at once or later.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>A mail server has taken it.</summary>
    [JsonStringEnumMemberName("sent")] Sent,

    /// <summary>Given up; a person may replay it.</summary>
    [JsonStringEnumMemberName("dead")] Dead,

    /// <summary>Not sent because there was no reason to: no address, or the visit is over.</summary>
    [JsonStringEnumMemberName("dropped")] Dropped,
}

public sealed record ListDeliveries(TenantId Tenant);
public sealed record ReplayDelivery(TenantId Tenant, DeliveryId Id);

/// <summary><paramref name="Template"/> names the text, <paramref name="Subject"/> is the opaque id of what it is about, <paramref name="Outcome"/> the code of
/// the last attempt. Times in UTC microseconds; <paramref name="DueAt"/> is when it is tried next.</summary>
public sealed record Delivery(DeliveryId Id, string Template, string Subject, DeliveryState State, int Attempts, string? Outcome, long CreatedAt, long DueAt, long? SettledAt);
/// <summary><paramref name="IsSetUp"/> is false where the platform has no mail server: then nothing is sent.</summary>
public sealed record DeliveryList(IReadOnlyList<Delivery> Deliveries, bool IsSetUp);
