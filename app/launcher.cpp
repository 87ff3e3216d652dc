// SPDX-License-Identifier: BSD-3-Clause
// bin/halflens: sets how OpenMP's threads wait, then becomes the program proper, libexec/halflens-program. The runtime
// reads its environment when it is loaded, before main() of whoever is linked with it; hence this one, linked with
// nothing.
//
// Threads that wait shall sleep, not spin: on a desktop with other work the spinning takes away the very processors
// that are waited for. 20 photos beside six busy processes: 1.5 to 2.7 s instead of 7.5 to 8.2 s.
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace {

constexpr int NothingDone = 3; ///< ExitNothingDone of the program

/// Cuts the last part of the path off.
bool toParent(char* path)
{
    char* slash = std::strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return slash != nullptr;
}

} // namespace

int main(int /*argc*/, char** argv)
{
    constexpr char Program[] = "/libexec/halflens-program";
    char path[PATH_MAX + sizeof Program];
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    path[length < 0 ? 0 : length] = '\0';
    // Who sets a policy of their own is obeyed.
    if (!std::getenv("GOMP_SPINCOUNT"))
        setenv("OMP_WAIT_POLICY", "passive", 0);
    bool isFound = toParent(path); // bin
    isFound = isFound && toParent(path); // what bin lies in
    if (isFound) {
        std::memcpy(path + std::strlen(path), Program, sizeof Program); // there is room: see its declaration
        execv(path, argv);
    }
    std::fprintf(stderr, "halflens: %s cannot be started: %s; install HalfLens completely\n", path,
                 std::strerror(errno));
    return NothingDone;
}
