// SPDX-License-Identifier: BSD-3-Clause
// Several classes of Qt Test in one program, each run in a process of its own.
#pragma once

#include <QObject>
#include <QTest>

#include <memory>
#include <string_view>

// What is waited for comes at once or never: five seconds, Qt's own patience, are too few where other programs fill
// the machine.
#undef QTRY_VERIFY
#define QTRY_VERIFY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, halflens::test::PatienceMs)
#undef QTRY_VERIFY2
#define QTRY_VERIFY2(condition, text) QTRY_VERIFY2_WITH_TIMEOUT(condition, text, halflens::test::PatienceMs)
#undef QTRY_COMPARE
#define QTRY_COMPARE(actual, expected) QTRY_COMPARE_WITH_TIMEOUT(actual, expected, halflens::test::PatienceMs)

namespace halflens::test {

constexpr int PatienceMs = 30'000;

/// One class of tests, under the name of its file. The instances stand in one list while the program runs.
class TestCase {
public:
    using Make = std::unique_ptr<QObject> (*)();

    /// `file` is __FILE__: "/.../tst_block.cpp" makes the test "tst_block". Before main() only.
    TestCase(std::string_view file, Make maker);

    std::string_view name;
    Make make;
    const TestCase* next; ///< the one registered before; null at the end
};

} // namespace halflens::test

/// At the end of a file tst_x.cpp in place of QTEST_MAIN(): makes the class the test "tst_x" of its program.
#define HALFLENS_TEST(Class)                                                                                           \
    static const halflens::test::TestCase registered##Class(                                                           \
        __FILE__, []() -> std::unique_ptr<QObject> { return std::make_unique<Class>(); });
