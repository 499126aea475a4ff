using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Notifications;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>What became of the clinic's messages, those given up first; and trying one of them anew. Whom they went to is in none.</summary>
internal static class ShowMessages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/messages", Show);
        routes.MapPost("/messages/{id}/again", Again);
    }

    static async Task<IResult> Show(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Notifications.ListDeliveries(new ListDeliveries(staff.Tenant), stop);
        if (listed.Refused is { } why) return Refusals.Of(why);
        var zone = Moments.ZoneOf(tenant);
        return new Page(new MessagesView(tenant.Name, staff, tenant.Demo, listed.Value!.IsSetUp, [.. listed.Value!.Deliveries.Select(delivery => new MessageRow(delivery.Id.ToString(), WireName.Of(delivery.State),
            $"messages.template.{delivery.Template}", $"{Moments.Day(delivery.CreatedAt, zone)}, {Moments.Time(delivery.CreatedAt, zone)}", delivery.Attempts, delivery.Outcome))]), "clinic.css");
    }

    static async Task<IResult> Again(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!DeliveryId.TryParse(id, null, out var delivery)) return Problem.NotFound;
        var again = await neighbours.Notifications.ReplayDelivery(new ReplayDelivery(StaffLogin.Of(http).Staff.Tenant, delivery), stop);
        return again.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, "/admin/messages");
    }
}

internal sealed record MessageRow(string Id, string State, string TemplateKey, string At, int Attempts, string? Outcome);

internal sealed record MessagesView(string Clinic, StaffMember Me, bool Demo, bool IsSetUp, IReadOnlyList<MessageRow> Rows) : IView
{
    public Type Body => typeof(MessagesSheet);
    public string Title(Texts texts) => texts["messages.title"];
}
