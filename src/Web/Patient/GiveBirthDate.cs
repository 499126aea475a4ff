using System.Globalization;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Patient;

/// <summary>Another device than the first shows that it is the patient's. Until then it may wait and be seen, but shows nothing of the record.</summary>
internal static class GiveBirthDate
{
    public static readonly Problem NotADate = new("birth-date-wrong", "That is not the date we have.", StatusCodes.Status422UnprocessableEntity);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/j/{token}/birth-date", Handle);

    static async Task<IResult> Handle(string token, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        if (Device.Of(http.Request) is not { } device) return Problem.NoPass;
        GivenBirthDate? given;
        try { given = await JsonSerializer.DeserializeAsync(http.Request.Body, WebJson.Default.GivenBirthDate, stop); }
        catch (JsonException) { return Problem.BadJson; }
        if (Read(given?.BirthDate) is not { } date) return NotADate;

        var answer = await neighbours.Identity.ProveBirthDate(new ProveBirthDate(token, device, new Phi<DateOnly>(date)), stop);
        if (answer.Value is not { } entered) return Refusals.Of(answer.Refused!);
        if (entered.Device is not null) Device.Remember(http.Response, entered.Device);
        return Results.Json(EnteredVisit.Of(entered), WebJson.Default.EnteredVisit);
    }

    /// <summary>A date as browsers send it; null for what is none.</summary>
    public static DateOnly? Read(string? text) => DateOnly.TryParseExact(text?.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}

internal sealed record GivenBirthDate(string? BirthDate);
