"""Names of the common partition types of GPT."""

from __future__ import annotations

#: Type GUID, upper case: what it is called.
#: References: UEFI 2.10, table 5.8; https://uapi-group.org/specifications/specs/discoverable_partitions_specification/
#: and the tables of gdisk and of Android's and Qualcomm's partition tools.
TYPE_NAMES = {
    "024DEE41-33E7-11D3-9D69-0008C781F39F": "MBR partition scheme",
    "C12A7328-F81F-11D2-BA4B-00A0C93EC93B": "EFI system",
    "21686148-6449-6E6F-744E-656564454649": "BIOS boot",
    "E3C9E316-0B5C-4DB8-817D-F92DF00215AE": "Microsoft reserved",
    "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7": "basic data",
    "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC": "Windows recovery",
    "0FC63DAF-8483-4772-8E79-3D69D8477DE4": "Linux file system",
    "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F": "Linux swap",
    "E6D6D379-F507-44C2-A23C-238F2A3DF928": "Linux LVM",
    "A19D880F-05FC-4D3B-A006-743F0F84911E": "Linux RAID",
    "933AC7E1-2EB4-4F13-B844-0E14E2AEF915": "Linux home",
    "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709": "Linux root (x86-64)",
    "69DAD710-2CE4-4E3C-B16C-21A1D49ABED3": "Linux root (ARM)",
    "B921B045-1DF0-41C3-AF44-4C6F280D3FAE": "Linux root (ARM64)",
    "8DA63339-0007-60C0-C436-083AC8230908": "Linux reserved",
    "CA7D7CCB-63ED-4C53-861C-1742536059CC": "LUKS",
    "7FFEC5C9-2D00-49B7-8941-3EA10A5586B7": "dm-crypt",
    "FE3A2A5D-4F32-41A7-B725-ACCC3285A309": "ChromeOS kernel",
    "3CB8E202-3B7E-47DD-8A3C-7FF2A13CFCEC": "ChromeOS root file system",
    "2E0A753D-9E48-43B0-8337-B15192CB1B5E": "ChromeOS reserved",
    "2568845D-2332-4675-BC39-8FA5A4748D15": "Android bootloader",
    "114EAFFE-1552-4022-B26E-9B053604CF84": "Android bootloader 2",
    "49A4D17F-93A3-45C1-A0DE-F50B2EBE2599": "Android boot",
    "4177C722-9E92-4AAB-8644-43502BFD5506": "Android recovery",
    "EF32A33B-A409-486C-9141-9FFB711F6266": "Android misc",
    "20AC26BE-20B7-11E3-84C5-6CFDB94711E9": "Android metadata",
    "38F428E6-D326-425D-9140-6E0EA133647C": "Android system",
    "A893EF21-E428-470A-9E55-0668FD91A2D9": "Android cache",
    "DC76DDA9-5AC1-491C-AF42-A82591580C0D": "Android data",
    "EBC597D0-2053-4B15-8B64-E0AAC75F4DB1": "Android persistent",
    "C5A0AEEC-13EA-11E5-A1B1-001E67CA0C3C": "Android vendor",
    "BD59408B-4514-490D-BF12-9878D963F378": "Android config",
    "8F68CC74-C5E5-48DA-BE91-A0C8C15E9C80": "Android factory",
    "516E7CB4-6ECF-11D6-8FF8-00022D09712B": "FreeBSD data",
    "48465300-0000-11AA-AA11-00306543ECAC": "Apple HFS+",
    "7C3457EF-0000-11AA-AA11-00306543ECAC": "Apple APFS",
}
