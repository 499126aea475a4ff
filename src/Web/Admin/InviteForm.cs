using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Admin;

/// <summary>The form that invites a member of staff. It comes back with what was typed and what to do about it.</summary>
internal sealed record InviteForm
{
    public string Key { get; init; } = Token.New();
    public string Name { get; init; } = "";
    public string Email { get; init; } = "";
    public StaffRole Role { get; init; } = StaffRole.Clinician;

    /// <summary>Field name and key of the text that says what to do; null while nothing is wrong.</summary>
    public (string Field, string Text)? Error { get; init; }

    public static InviteForm Read(IFormCollection form) => new()
    {
        Key = form["key"].ToString() is { Length: >= 16 and <= 64 } key ? key : Token.New(),
        Name = form["name"].ToString().Trim(),
        Email = form["email"].ToString().Trim(),
        Role = WireName.TryTo<StaffRole>(form["role"].ToString(), out var role) ? role : StaffRole.Clinician,
    };

    public InviteForm With(string refusal) => this with
    {
        Error = refusal switch
        {
            "staff-name-wrong" => ("name", "staff.error.name"),
            "email-wrong" => ("email", "staff.error.email"),
            "email-taken" => ("email", "staff.error.taken"),
            _ => ("name", "vendors.error.form"),
        },
    };
}
