using Microsoft.AspNetCore.Components;

namespace FirstRing.Web.Rendering;

/// <summary>What one page shows, made by a slice; <see cref="Body"/> is the component that shows it.</summary>
internal interface IView
{
    Type Body { get; }
    string Title(Texts texts);

    /// <summary>Attributes of the html element beside language and direction.</summary>
    IReadOnlyDictionary<string, object> Root => new Dictionary<string, object>();
}

/// <summary>A component of a page. Razor makes components public; what they are given stays internal, so it comes as one opaque parameter.</summary>
public abstract class Sheet : ComponentBase
{
    internal sealed record Content(IView View, Texts Texts, int Waiting);

    [Parameter, EditorRequired] public object Given { get; set; } = null!;

    private protected IView View => ((Content)Given).View;
    private protected Texts Texts => ((Content)Given).Texts;

    /// <summary>Emergencies that wait for a review, where the reader may look at them.</summary>
    private protected int Waiting => ((Content)Given).Waiting;
}
