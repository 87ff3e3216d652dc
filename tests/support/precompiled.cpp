// SPDX-License-Identifier: BSD-3-Clause
// Nothing but a program with the flags of the tests: its precompiled headers are theirs.
int main()
{
    return 0;
}
