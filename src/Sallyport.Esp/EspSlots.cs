namespace Sallyport.Esp;

/// <summary>Packets of a batch, in slots of the same size one behind the other.</summary>
internal static class EspSlots
{
    /// <summary>The slot with a number; the last one may be shorter, as the last packet of a segmented datagram is.</summary>
    public static bool TrySlot(Span<byte> buffer, int slotSize, int index, out Span<byte> slot)
    {
        long start = (long)slotSize * index;
        bool there = slotSize > 0 && start < buffer.Length;
        slot = there ? buffer.Slice((int)start, Math.Min(slotSize, buffer.Length - (int)start)) : default;
        return there;
    }
}
