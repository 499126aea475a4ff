using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Factors;

/// <summary>Every statement on <c>totp_seeds</c> and <c>recovery_codes</c>. Seeds are sealed; of recovery codes only the hash is kept.</summary>
internal static class FactorStore
{
    const string SeedField = "totp.seed", Set = "set", Pending = "pending";

    sealed record SeedRow(string Id, byte[] Seed, long LastStep, long CreatedAt);
    sealed record Counts(long? TotpSince, long RecoveryCodes, long Passkeys);

    static object Of(StaffMember member, string state) => new { staff = member.Id.ToString(), state };

    static Task<SeedRow?> Seed(Transaction transaction, StaffMember member, string state) => transaction.One<SeedRow>(
        $"SELECT id AS Id, seed AS Seed, last_step AS LastStep, created_at AS CreatedAt FROM totp_seeds WHERE staff = @staff AND state = @state{transaction.ForUpdate()}", Of(member, state));

    static byte[] Open(Transaction transaction, StaffMember member, SeedRow row) => transaction.Open(member.Tenant.ToString(), SeedField, row.Id, row.Seed);

    public static async Task<Contracts.Identity.Factors> Look(Transaction transaction, StaffMember member)
    {
        var counts = await transaction.One<Counts>(
            """
            SELECT (SELECT created_at FROM totp_seeds WHERE staff = @staff AND state = @state) AS TotpSince,
                   (SELECT COUNT(*) FROM recovery_codes WHERE staff = @staff AND used_at IS NULL) AS RecoveryCodes,
                   (SELECT COUNT(*) FROM passkeys WHERE staff = @staff) AS Passkeys
            """, Of(member, Set));
        return new(counts!.TotpSince, (int)counts.RecoveryCodes, (int)counts.Passkeys);
    }

    /// <summary>Keeps a seed; <paramref name="confirmed"/> where nobody needs to show a code of it first.</summary>
    public static async Task Keep(Transaction transaction, StaffMember member, byte[] seed, bool confirmed)
    {
        var (id, state) = (NewId.Random().ToString("N"), confirmed ? Set : Pending);
        await transaction.Execute("DELETE FROM totp_seeds WHERE staff = @staff AND state = @state", Of(member, state));
        await transaction.Execute("INSERT INTO totp_seeds (id, staff, state, seed, last_step, created_at) VALUES (@id, @staff, @state, @sealed, 0, @Now)",
            new { id, staff = member.Id.ToString(), state, @sealed = transaction.Seal(member.Tenant.ToString(), SeedField, id, seed), transaction.Now });
    }

    /// <summary>The waiting seed takes its place if the code is of it. Null where none waits.</summary>
    public static async Task<bool?> Confirm(Transaction transaction, StaffMember member, string code)
    {
        if (await Seed(transaction, member, Pending) is not { } row) return null;
        if (TotpSeed.StepOf(Open(transaction, member, row), Digits(code), transaction.Now) is not { } step) return false;
        await transaction.Execute("DELETE FROM totp_seeds WHERE staff = @staff AND state = @state", Of(member, Set));
        await transaction.Execute("UPDATE totp_seeds SET state = @Set, last_step = @step WHERE id = @Id", new { Set, step, row.Id });
        return true;
    }

    /// <summary>Takes a code, once, and answers the way of signing in that it makes; null for one that is wrong, old or used.</summary>
    public static async Task<string?> Use(Transaction transaction, StaffMember member, string code)
    {
        if (await Seed(transaction, member, Set) is { } row && TotpSeed.StepOf(Open(transaction, member, row), Digits(code), transaction.Now) is { } step)
            // Each step once, and none before it: what was looked at over a shoulder is of no use.
            return await transaction.Execute("UPDATE totp_seeds SET last_step = @step WHERE id = @Id AND last_step < @step", new { step, row.Id }) == 1 ? Way.Totp : null;
        return RecoveryCode.Plain(code) is { } plain && await transaction.Execute(
            "UPDATE recovery_codes SET used_at = @Now WHERE staff = @staff AND code_hash = @hash AND used_at IS NULL",
            new { staff = member.Id.ToString(), hash = Token.Hash(plain), transaction.Now }) == 1 ? Way.Recovery : null;
    }

    /// <summary>New recovery codes in place of all earlier ones.</summary>
    public static async Task<IReadOnlyList<string>> NewRecoveryCodes(Transaction transaction, StaffMember member)
    {
        await transaction.Execute("DELETE FROM recovery_codes WHERE staff = @staff", Of(member, Set));
        var codes = Enumerable.Range(0, RecoveryCode.Each).Select(_ => RecoveryCode.New()).ToList();
        foreach (var code in codes)
            await transaction.Execute("INSERT INTO recovery_codes (staff, code_hash, created_at) VALUES (@staff, @hash, @Now)",
                new { staff = member.Id.ToString(), hash = Token.Hash(RecoveryCode.Plain(code)!), transaction.Now });
        return codes;
    }

    /// <summary>Takes away all that a member has.</summary>
    public static async Task RemoveAll(Transaction transaction, StaffId staff)
    {
        await transaction.Execute("DELETE FROM totp_seeds WHERE staff = @staff", new { staff = staff.ToString() });
        await transaction.Execute("DELETE FROM recovery_codes WHERE staff = @staff", new { staff = staff.ToString() });
        await transaction.Execute("DELETE FROM passkeys WHERE staff = @staff", new { staff = staff.ToString() });
    }

    static string Digits(string typed) => new([.. typed.Where(letter => letter is not (' ' or '-'))]);
}
