namespace Sallyport.Interop.Tests.DuoCloud;

/// <summary>Debian's login_duo, a client that nobody here wrote, against our simulator: BSON, and signatures without a date.</summary>
public class LoginDuoTests
{
    [SkippableTheory]
    [InlineData("alice", 0, "Successful Duo login for 'alice' from 198.51.100.7")]
    [InlineData("bob", 1, "Failed Duo login for 'bob'")]
    [InlineData("carol", 1, "Failed Duo login for 'carol'")]
    [InlineData("dora", 0, "Skipped Duo login for 'dora'")]
    [InlineData("emil", 1, "Aborted Duo login for 'emil'")]
    [InlineData("nobody", 1, "User enrollment required")]
    public async Task A_login_ends_as_the_policy_says(string user, int exitCode, string line)
    {
        await using LoginDuo login = await LoginDuo.StartAsync();

        (int code, string output) = await login.RunAsync(user);

        Assert.True(code == exitCode, output);
        Assert.Contains(line, output, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0, output.Contains("the shell runs", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_passcode_lets_in_once()
    {
        await using LoginDuo login = await LoginDuo.StartAsync();

        (int first, string output) = await login.RunAsync("alice", "123456");
        (int second, _) = await login.RunAsync("alice", "123456");

        Assert.True(first == 0, output);
        Assert.Equal(1, second);
    }

    [SkippableFact]
    public async Task At_a_terminal_the_prompt_is_shown_and_the_answer_polled_for()
    {
        await using LoginDuo login = await LoginDuo.StartAsync();

        (int code, string output) = await login.TypeAsync("alice", "1");

        Assert.True(code == 0, output);
        Assert.Contains("Passcode or option (1-3): ", output, StringComparison.Ordinal);
        Assert.Contains("Pushed a login request to your phone...", output, StringComparison.Ordinal);
        Assert.Contains("Success. Logging you in...", output, StringComparison.Ordinal);
        Assert.Equal(1, login.Cloud.AuthTransactions);
    }

    [SkippableFact]
    public async Task A_wrong_secret_key_is_refused()
    {
        await using LoginDuo login = await LoginDuo.StartAsync(secret: new string('y', 40));

        (int code, string output) = await login.RunAsync("alice");

        Assert.Equal(1, code);
        Assert.Contains("Invalid ikey or skey", output, StringComparison.Ordinal);
        Assert.Equal(0, login.Cloud.AuthTransactions);
    }

    [SkippableFact]
    public async Task Without_leave_for_old_clients_it_is_refused()
    {
        await using LoginDuo login = await LoginDuo.StartAsync(legacy: false);

        (int code, string output) = await login.RunAsync("alice");

        Assert.True(code == 1, output);
        Assert.DoesNotContain("the shell runs", output, StringComparison.Ordinal);
        Assert.Equal(0, login.Cloud.AuthTransactions);
    }

    [SkippableFact]
    public async Task A_client_that_does_not_know_the_authority_does_not_talk()
    {
        await using LoginDuo login = await LoginDuo.StartAsync(trusted: false);

        (int code, string output) = await login.RunAsync("alice");

        Assert.Equal(1, code);
        Assert.Contains("certificate verify failed", output, StringComparison.Ordinal);
    }
}
