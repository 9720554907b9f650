#!/usr/bin/env bash
# Fuzzes a target under AFL++ (Debian: afl++), with SharpFuzz's coverage in our own assemblies.
# Usage: fuzz-afl.sh TARGET [SECONDS]     findings go to artifacts/fuzz/TARGET
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${1:?a target, see: dotnet run --project tests/Sallyport.Fuzz -- list}
seconds=${2:-60}
out=artifacts/fuzz
mkdir -p "$out/$target"
dotnet publish tests/Sallyport.Fuzz -c Release -o "$out/bin" -v q -nologo
[ -x "$out/tools/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$out/tools"
for assembly in Sallyport.Radius Sallyport.Radius.Dictionary Sallyport.Eap Sallyport.Ikev2 Sallyport.Esp DuoProxy Headend VpnClient; do
  "$out/tools/sharpfuzz" "$out/bin/$assembly.dll" || echo "$assembly is instrumented already"
done
export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 DOTNET_TieredPGO=0
exec afl-fuzz -V "$seconds" -i "tests/Sallyport.Fuzz/seeds/$target" -o "$out/$target" -t 10000 -m none -- "$(command -v dotnet)" "$out/bin/Sallyport.Fuzz.dll" --afl "$target"
