// SPDX-License-Identifier: BSD-3-Clause
// Small PyTorch files for tests, and what a refusal looks like.
#pragma once

#include "core/checkpoint/torch_pickle.h"
#include "tests/unit/checkpoint/torch_writer.h"

#include <QTest>

#include <numeric>

namespace halflens::test {

inline std::vector<float> ramp(int count, float first = 0)
{
    std::vector<float> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), first);
    return values;
}

/// A file with one storage "0" of twelve floats 0, 1, ..., 11.
inline ByteVector legacyOf(const Pickle& object)
{
    return legacyFile(object.finish(), {{"0", 12, rawValues(ramp(12))}});
}

/// {"a": one tensor} with a storage of `count` floats.
inline Pickle oneTensor(std::int64_t count, std::int64_t offset, const std::vector<std::int64_t>& shape,
                        const std::vector<std::int64_t>& strides)
{
    Pickle object;
    object.op('}').text("a").tensor("FloatStorage", "0", count, offset, shape, strides).op('s');
    return object;
}

/// A state dictionary as PyTorch saves it: OrderedDict, memo use, SETITEMS, then BUILD of _metadata.
inline Pickle stateDict(const std::string& prefix)
{
    Pickle object;
    object.global("collections", "OrderedDict").op('q').op(0).op(')').op('R').op('q').op(1).op('(');
    object.text(prefix + "conv.weight").tensor("FloatStorage", "0", 12, 0, {2, 3}, {3, 1});
    object.text(prefix + "conv.bias").tensor("FloatStorage", "0", 12, 6, {2}, {1});
    object.text(prefix + "bn.num_batches_tracked").tensor("LongStorage", "1", 1, 0, {}, {});
    object.text(prefix + "bn.running_var").tensor("DoubleStorage", "2", 2, 0, {2}, {1});
    object.op('u').op('}').text("_metadata").op('h').op(0).op(')').op('R').op('s').op('b');
    return object;
}

inline const std::vector<LegacyStorage> StateStorages{
    {"0", 12, rawValues(ramp(12))},
    {"1", 1, rawValues(std::vector<std::int64_t>{7})},
    {"2", 2, rawValues(std::vector<double>{0.5, 2})},
};

inline ByteVector stateZip(const std::string& prefix, bool deflated = false, bool wide = true)
{
    std::vector<ZipMember> members{{"archive/data.pkl", stateDict(prefix).finish(), deflated}};
    members.push_back({"archive/byteorder", bytesOfText("little"), deflated});
    for (const LegacyStorage& storage : StateStorages)
        members.push_back({"archive/data/" + storage.key, storage.bytes, deflated});
    members.push_back({"archive/version", bytesOfText("3\n"), deflated});
    return zipFile(members, wide);
}

inline void checkRefused(const Result<TensorArchive>& archive, const QByteArray& reason)
{
    QVERIFY(!archive);
    QVERIFY2(archive.error().reason.find(reason.toStdString()) != std::string::npos, archive.error().reason.c_str());
}

} // namespace halflens::test
