using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Intake.Consents;

/// <summary>Every statement on <c>consent_texts</c>. Rows are only ever added. A template becomes a row when it is first agreed to or followed by another version.</summary>
internal sealed class TextStore(Store store)
{
    const string Columns = "SELECT purpose AS Purpose, language AS Language, version AS Version, body AS Body, sha256 AS Sha256, template AS Template FROM consent_texts";

    sealed record Row(string Purpose, string Language, long Version, string Body, string Sha256, long Template);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>The newest of each purpose: in the language where the clinic has one, else in the templates'.</summary>
    public async Task<IReadOnlyList<ConsentText>> InForce(TenantId tenant, string language, CancellationToken stop)
    {
        var own = (await store.ReadList<Row>(
            $"""
            {Columns} WHERE tenant = @tenant AND language IN (@language, @fallback) AND version =
              (SELECT MAX(newest.version) FROM consent_texts newest WHERE newest.tenant = consent_texts.tenant AND newest.purpose = consent_texts.purpose
               AND newest.language = consent_texts.language)
            """, new { tenant = tenant.ToString(), language, fallback = Templates.Language }, stop)).Select(ToText).ToList();
        return [.. Templates.All.Select(template => own.Where(text => text.Purpose == template.Purpose).OrderByDescending(text => text.Language == language).FirstOrDefault() ?? template)];
    }

    public async Task<ConsentText?> Find(TenantId tenant, ConsentPurpose purpose, string sha256, CancellationToken stop) =>
        (await store.ReadList<Row>($"{Columns} WHERE tenant = @tenant AND sha256 = @sha256 AND purpose = @purpose ORDER BY version DESC LIMIT 1",
            new { tenant = tenant.ToString(), sha256, purpose = WireName.Of(purpose) }, stop)).Select(ToText).FirstOrDefault()
        ?? Templates.All.FirstOrDefault(template => template.Purpose == purpose && template.Sha256 == sha256);

    /// <summary>The clinic's text with this hash, the newest where it was published more than once. A template that nobody agreed to yet becomes a row.</summary>
    public static async Task<ConsentText?> Take(Transaction transaction, TenantId tenant, string sha256)
    {
        if ((await transaction.List<Row>($"{Columns} WHERE tenant = @tenant AND sha256 = @sha256 ORDER BY version DESC LIMIT 1",
            new { tenant = tenant.ToString(), sha256 })).FirstOrDefault() is { } row) return ToText(row);
        if (Templates.All.FirstOrDefault(text => text.Sha256 == sha256) is not { } template) return null;
        await Insert(transaction, tenant, template);
        // Version 1 is an older release's template: then this one is none of the clinic's.
        return await transaction.One<Row>($"{Columns} WHERE tenant = @tenant AND purpose = @purpose AND language = @Language AND version = 1 AND sha256 = @sha256",
            new { tenant = tenant.ToString(), purpose = WireName.Of(template.Purpose), template.Language, sha256 }) is null ? null : template;
    }

    /// <summary>The newest version, held so that the next one is decided once; null where there is none.</summary>
    public static async Task<ConsentText?> HoldNewest(Transaction transaction, TenantId tenant, ConsentPurpose purpose, string language) =>
        (await transaction.List<Row>($"{Columns} WHERE tenant = @tenant AND purpose = @purpose AND language = @language ORDER BY version DESC LIMIT 1{transaction.ForUpdate()}",
            new { tenant = tenant.ToString(), purpose = WireName.Of(purpose), language })).Select(ToText).FirstOrDefault();

    /// <summary>False where this version is there already.</summary>
    public static async Task<bool> Insert(Transaction transaction, TenantId tenant, ConsentText text) => await transaction.Execute(
        """
        INSERT INTO consent_texts (tenant, purpose, language, version, body, sha256, template, published_by, published_at)
        VALUES (@tenant, @purpose, @Language, @version, @Body, @Sha256, @template, @by, @Now) ON CONFLICT (tenant, purpose, language, version) DO NOTHING
        """,
        new
        {
            tenant = tenant.ToString(),
            purpose = WireName.Of(text.Purpose),
            text.Language,
            version = (long)text.Version,
            text.Body,
            text.Sha256,
            template = text.Template ? 1L : 0L,
            by = text.Template ? "template" : transaction.Caller.Actor ?? "anonymous",
            transaction.Now,
        }) == 1;

    static ConsentText ToText(Row row) => new(WireName.To<ConsentPurpose>(row.Purpose), row.Language, (int)row.Version, row.Body, row.Sha256, row.Template != 0);
}
