using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>A link into a visit: a new one for its patient, or one for someone who is invited with it.</summary>
internal static class NewLink
{
    static readonly Problem NoSuchRole = new("role-not-known", "Nobody of this kind can be invited.", StatusCodes.Status422UnprocessableEntity);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/visits/{id}/link", Handle);

    static async Task<IResult> Handle(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VisitId.TryParse(id, null, out var visitId)) return Problem.NotFound;
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var staff = StaffLogin.Of(http).Staff;
        var form = await http.Request.ReadFormAsync(stop);
        var key = form["key"].ToString() is { Length: >= 16 and <= 64 } given ? given : Token.New();
        var found = await neighbours.Scheduling.GetVisit(new GetVisit(staff.Tenant, visitId), stop);
        if (found.Value is not { } visit) return Refusals.Of(found.Refused!);

        Participant participant;
        if (form["role"] == Roles.Text(VisitRole.Patient)) participant = visit.Participants.Single(one => one.Role == VisitRole.Patient);
        else
        {
            if (Roles.Guests.Cast<VisitRole?>().FirstOrDefault(role => Roles.Text(role!.Value) == form["role"]) is not { } role) return NoSuchRole;
            var invited = await neighbours.Scheduling.Invite(new Invite(key, staff.Tenant, visitId, role), stop);
            if (invited.Refused is { } why) return Refusals.Of(why);
            participant = invited.Value!;
        }
        var made = await InviteLinks.Make(neighbours, visit, participant, key, http.Request, stop);
        if (made.Value is not { } link) return Refusals.Of(made.Refused!);
        return PlainErrors.WantsPage(http.Request)
            ? new Page(new LinkView(link.Link, Roles.Text(participant.Role), visitId.ToString(), participant.Role == VisitRole.Patient && Who.Desk.Contains(WireName.Of(staff.Role))), "plain.css")
            : Results.Json(link, WebJson.Default.MadeLink);
    }
}

/// <summary><paramref name="MayEndPasskeys"/>: it is the patient's, and whoever made it sits at the desk.</summary>
internal sealed record LinkView(string Link, string Role, string Visit, bool MayEndPasskeys) : IView
{
    public Type Body => typeof(LinkSheet);
    public string Title(Texts texts) => texts.With("link.title", texts[$"live.role.{Role}"]);
}
