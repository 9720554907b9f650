using FsCheck.Xunit;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Wire;

/// <summary>Fields of structures.</summary>
public class RadiusFieldTests
{
    [Fact]
    public void A_field_is_read_from_its_bits()
    {
        // Location-Information (RFC 5580 §4.2): index 0x0102, code 3, entity 4, then text.
        byte[] value = [1, 2, 3, 4, (byte)'G', (byte)'P', (byte)'S'];

        Assert.True(new RadiusField(0, 16).TryRead(value, out ulong index));
        Assert.True(new RadiusField(20, 4).TryRead(value, out ulong low));
        Assert.True(new RadiusField(32, 0).TryRead(value, out ReadOnlySpan<byte> method));
        Assert.True(new RadiusField(16, 16).TryRead(value, out ReadOnlySpan<byte> codes));
        Assert.Equal((0x0102UL, 3UL, "GPS", "0304"), (index, low, System.Text.Encoding.ASCII.GetString(method.ToArray()), Convert.ToHexString(codes.ToArray())));
    }

    [Theory]
    [InlineData(8, 16)]
    [InlineData(0, 65)]
    [InlineData(-1, 8)]
    [InlineData(int.MaxValue, 8)]
    [InlineData(0, 0)]
    public void A_field_beyond_the_value_is_not_read(int offset, int length)
    {
        Assert.False(new RadiusField(offset, length).TryRead([1, 2], out ulong _));
        Assert.False(new RadiusField(offset, length).TryWrite(new byte[2], 1));
    }

    [Fact]
    public void Octets_that_are_not_whole_are_none()
    {
        Assert.False(new RadiusField(4, 8).TryRead([1, 2], out ReadOnlySpan<byte> _));
        Assert.False(new RadiusField(24, 0).TryRead([1, 2], out ReadOnlySpan<byte> _));
        Assert.False(new RadiusField(8, 16).TryRead([1, 2], out ReadOnlySpan<byte> _));
    }

    [Property]
    public void What_is_written_is_read_and_the_rest_is_left(byte[] around, byte offset, byte length, ulong number)
    {
        byte[] value = [.. around ?? [], .. new byte[40]];
        byte[] before = [.. value];
        RadiusField field = new(offset, (length % 64) + 1);
        ulong wanted = field.BitLength == 64 ? number : number & ((1UL << field.BitLength) - 1);

        Assert.True(field.TryWrite(value, wanted));
        Assert.True(field.TryRead(value, out ulong read));
        Assert.Equal(wanted, read);

        Assert.True(field.TryWrite(value, 0) && field.TryWrite(before, 0));
        Assert.Equal(before, value);
    }

    [Fact]
    public void A_number_that_is_too_wide_is_not_written()
    {
        byte[] value = new byte[1];

        Assert.False(new RadiusField(1, 3).TryWrite(value, 8));
        Assert.Equal(0, value[0]);
    }
}
