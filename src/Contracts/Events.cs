using System.Text.Json;

namespace FirstRing.Contracts;

/// <summary>An event on its way from one service's outbox to one consumer. <paramref name="At"/> is in UTC microseconds.</summary>
public sealed record EventEnvelope(Guid Id, string Type, string Tenant, long At, JsonElement Body);

/// <summary>Wire names of events: past tense, owner first. The record of the same name holds the body.</summary>
public static class EventTypes
{
    public static readonly string AgreementExpires = "identity.AgreementExpires";
    public static readonly string GlassBroken = "identity.GlassBroken";
    public static readonly string LoginEnded = "identity.LoginEnded";
    public static readonly string SignInChanged = "identity.SignInChanged";
    public static readonly string VisitBooked = "scheduling.VisitBooked";
    public static readonly string VisitMadeConfidential = "scheduling.VisitMadeConfidential";
    public static readonly string VisitEnded = "scheduling.VisitEnded";
    public static readonly string CallStarted = "signaling.CallStarted";
    public static readonly string CallEnded = "signaling.CallEnded";
    public static readonly string MessagePosted = "messaging.MessagePosted";
}
