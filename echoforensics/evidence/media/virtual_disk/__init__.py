"""Disks of virtual machines: QCOW2, VHD, VHDX, VMDK."""
