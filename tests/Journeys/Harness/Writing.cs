using FirstRing.Tests.Harness.Running;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>The thread of a visit, as people use it.</summary>
internal static class Writing
{
    /// <summary>One writes, the other reads it; on both screens it stands once.</summary>
    public static async Task Write(Party from, Party to, string text)
    {
        await OpenThread(from);
        await from.Part("chat-input").FillAsync(text);
        await from.Part("chat-input").PressAsync("Enter");
        await OpenThread(to);
        await Eventually.True($"{to.Name} reads what {from.Name} wrote", () => to.Page.GetByText(text, new PageGetByTextOptions { Exact = true }).First.IsVisibleAsync(), to.Describe);
        foreach (var party in (Party[])[from, to])
            await Eventually.True($"it stands once at {party.Name}", async () => await party.Page.GetByText(text, new PageGetByTextOptions { Exact = true }).CountAsync() == 1, party.Describe);
    }

    static async Task OpenThread(Party party)
    {
        if (await party.Part("chat-input").IsVisibleAsync()) return;
        await party.Part("chat-open").ClickAsync();
        await Eventually.True($"{party.Name}'s thread opens", () => party.Part("chat-input").IsVisibleAsync(), party.Describe, TimeSpan.FromSeconds(15));
    }
}
