using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Front;

/// <summary>Says what this is and where staff sign in.</summary>
internal static class Landing
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/", (WebSettings settings) => new Page(new LandingView(settings.DemoSecret is not null), "plain.css"));
}

internal sealed record LandingView(bool Demo) : IView
{
    public Type Body => typeof(LandingSheet);
    public string Title(Texts texts) => texts["landing.title"];
}
