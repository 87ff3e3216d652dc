// SPDX-License-Identifier: BSD-3-Clause
// main() of every test program: "test_base tst_block [function] [option of Qt Test]".
#include "tests/support/test_case.h"

#include <QtTest>
#ifdef QT_WIDGETS_LIB
#include <QApplication>
using Application = QApplication;
#elif defined(QT_GUI_LIB)
#include <QGuiApplication>
using Application = QGuiApplication;
#else
#include <QCoreApplication>
using Application = QCoreApplication;
#endif

#include <cstdio>
#include <cstring>

namespace halflens::test {

namespace {

const TestCase* first = nullptr; // set before main(), constant-initialised before that

std::string_view stemOf(std::string_view file)
{
    file.remove_prefix(file.find_last_of("/\\") + 1);
    return file.substr(0, file.rfind('.'));
}

int fail(const char* program)
{
    std::fprintf(stderr, "usage: %s TEST [FUNCTION] [OPTION of Qt Test]\ntests:\n", program);
    for (const TestCase* test = first; test != nullptr; test = test->next)
        std::fprintf(stderr, "  %.*s\n", static_cast<int>(test->name.size()), test->name.data());
    return 2;
}

} // namespace

TestCase::TestCase(std::string_view file, Make maker)
    : name(stemOf(file))
    , make(maker)
    , next(first)
{
    first = this;
}

} // namespace halflens::test

int main(int argc, char** argv)
{
    using namespace halflens::test;
    const TestCase* test = first;
    while (test != nullptr && (argc < 2 || test->name != argv[1]))
        test = test->next;
    if (test == nullptr)
        return fail(argv[0]);
    for (int i = 1; i < argc; ++i) // the rest is Qt Test's
        argv[i] = argv[i + 1];
    --argc;
    Application application(argc, argv);
    QCoreApplication::setAttribute(Qt::AA_Use96Dpi);
    return QTest::qExec(test->make().get(), argc, argv);
}
