// SPDX-License-Identifier: BSD-3-Clause
// Where the program finds what belongs to it.
#include "core/base/installation.h"

#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
namespace fs = std::filesystem;

class TestInstallation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void liesBesideTheProgram()
    {
        // tests/ of the build tree is a sister of bin/ and libexec/.
        const fs::path prefix = fs::canonical(HALFLENS_BINARY_DIR);
        QCOMPARE(moduleFolder(), prefix / "lib" / "halflens");
        QCOMPARE(startedProgram(), prefix / "bin" / "halflens");
        QCOMPARE(dataFolder("no such"), prefix / "share" / "halflens" / "no such");
    }

    void linksAreResolved()
    {
        QCOMPARE(dataFolder("models"), fs::canonical(HALFLENS_SOURCE_DIR "/models"));
        QVERIFY(fs::is_regular_file(dataFolder("samples") / "CREDITS.md"));
    }

    void workingFolderDoesNotMatter()
    {
        const fs::path before = dataFolder("models");
        const fs::path folder = fs::current_path();
        fs::current_path("/");
        const fs::path elsewhere = dataFolder("models");
        fs::current_path(folder);
        QCOMPARE(elsewhere, before);
    }
};

HALFLENS_TEST(TestInstallation)
#include "tst_installation.moc"
