using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Web.Rendering;

/// <summary>
/// A Razor component rendered once, on the server, as a whole document: style and script inlined and allowed by hash, nothing else allowed, one response.
/// </summary>
internal sealed class Page(IView view, string style, string? script = null, int status = 200) : IResult
{
    // A lobby of 36 kB at quality 9, 10 and 11: 3, 25 and 60 ms, and of the bytes 100, 96 and 94 %. It has to fit into a first flight; larger pages do not anyway.
    const int Fits = 48_000, Window = 16;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (css, js) = (Assets.Get(style), script is null ? null : Assets.Get(script));
        var body = Encoding.UTF8.GetBytes(await Render(httpContext.RequestServices, Texts.For(httpContext.Request.Headers.AcceptLanguage), css, js, httpContext.Features.Get<Admin.WaitingReviews>()?.Count ?? 0));
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = Policy(httpContext.Request, css, js);
        response.Headers["Permissions-Policy"] = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()";
        response.Headers["X-Robots-Tag"] = "noindex";
        response.Headers.Vary = "Accept-Encoding, Accept-Language";
        if (httpContext.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            response.Headers.ContentEncoding = "br";
            body = Compress(body);
        }
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method)) await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    /// <summary>Whether the page can be made at all: that its texts, style and script are there and its component renders.</summary>
    public async Task<bool> Renders(IServiceProvider services) =>
        (await Render(services, Texts.For(""), Assets.Get(style), script is null ? null : Assets.Get(script))).Length > 0;

    async Task<string> Render(IServiceProvider services, Texts texts, Asset css, Asset? js, int waiting = 0)
    {
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(Sheet.Given)] = new Sheet.Content(view, texts, waiting),
            [nameof(Document.Style)] = css.Text,
            [nameof(Document.Script)] = js?.Text,
            [nameof(Document.Release)] = services.GetRequiredService<WebSettings>().Release,
        });
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
            "<!doctype html>" + (await renderer.RenderComponentAsync<Document>(parameters)).ToHtmlString());
    }

    // Older Safari does not count wss: of the same origin as 'self'.
    static string Policy(HttpRequest request, Asset css, Asset? js) =>
        $"default-src 'none'; script-src {js?.CspHash ?? "'none'"}; style-src {css.CspHash}; connect-src 'self' wss://{request.Host}; img-src data: blob:; "
        + "media-src 'self' blob: mediastream:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    static byte[] Compress(byte[] body)
    {
        var target = new byte[BrotliEncoder.GetMaxCompressedLength(body.Length)];
        return BrotliEncoder.TryCompress(body, target, out var written, body.Length < Fits ? 10 : 9, Window) ? target[..written] : throw new InvalidDataException("Brotli refused a page.");
    }
}
