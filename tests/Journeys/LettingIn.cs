using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>The clinician's yes.</summary>
public sealed class LettingIn(Platforms platforms)
{
    // The button moved away between the press and the release, and nothing told anybody that the patient still waited.
    [Fact]
    public async Task What_the_patient_agreed_to_may_come_while_the_button_is_being_pressed()
    {
        await using var visit = await Visiting.Open(await platforms.Of(Shape.OneProcess));
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await visit.Clinician.Page.RouteAsync("**/consent", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        await visit.Patient.Part("join").ClickAsync();
        await visit.Patient.Reaches("waiting");
        var button = visit.Clinician.Part("admit").First;
        await button.WaitForAsync();
        var box = (await button.BoundingBoxAsync())!;
        var mouse = visit.Clinician.Page.Mouse;
        await mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 2);
        await mouse.DownAsync();
        Assert.Equal(0, await visit.Clinician.Part("agreement").CountAsync());
        held.SetResult();
        await visit.Clinician.Part("agreement").First.WaitForAsync();
        await mouse.UpAsync();
        await visit.Patient.Reaches("in-call");
        visit.NothingWentWrong();
    }
}
