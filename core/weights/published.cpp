// SPDX-License-Identifier: BSD-3-Clause
#include "core/weights/published.h"

#include <algorithm>
#include <array>

namespace halflens {

namespace {

constexpr const char* PyiqaLicence = "PolyForm Noncommercial 1.0.0 and NTU S-Lab 1.0 (not for commercial use)";
constexpr const char* PyiqaLink = "https://github.com/chaofengc/IQA-PyTorch/releases/tag/v0.1-weights";

constexpr PublishedModel pyiqa(std::string_view id, std::string_view file, std::string_view name, std::string_view hash)
{
    return {id,           file,
            name,         "dbcnn",
            "vgg16-scnn", {}, // both containers of PyTorch occur
            hash,         "chaofengc/IQA-PyTorch",
            PyiqaLink,    PyiqaLicence};
}

constexpr std::array Published{
    PublishedModel{"triq",
                   "TRIQ.h5",
                   "TRIQ",
                   "triq",
                   "resnet50",
                   "keras-h5",
                   {},
                   "junyongyou/triq",
                   "https://drive.google.com/file/d/10GSuXCw71g8VQnkI2AfD2z7y3XaY0Yvy/view?usp=sharing",
                   "MIT"},
    PublishedModel{"phiqnet",
                   "PHIQNet.h5",
                   "PHIQnet",
                   "aihiqnet",
                   "resnet50",
                   "keras-h5",
                   {},
                   "junyongyou/lsct_phiqnet",
                   "https://drive.google.com/file/d/1ymy2oL0r-XNzjqk_kE-lcNkI2FhSu95h/view",
                   "MIT"},
    PublishedModel{"koncept512",
                   "koncep512-trained-model.h5",
                   "KonCept512 (Keras)",
                   "koncept",
                   "inceptionresnetv2",
                   "keras-h5",
                   {},
                   "subpic/koniq",
                   "https://osf.io/uznf8/download",
                   "MIT"},
    PublishedModel{"koncept512-port",
                   "KonCept512.pth",
                   "KonCept512 (PyTorch port)",
                   "koncept",
                   "inceptionresnetv2-port",
                   {},
                   {},
                   "ZhengyuZhao/koniq-PyTorch",
                   "https://surfdrive.surf.nl/files/index.php/s/oeGv7wEyyMwwbIO",
                   "MIT"},
    pyiqa("dbcnn-koniq", "DBCNN_KonIQ10k-2de81c0a.pth", "DBCNN (pyiqa, KonIQ-10k)", "2de81c0a"),
    pyiqa("dbcnn-livec", "DBCNN_LIVEC-83f6dad3.pth", "DBCNN (pyiqa, LIVE-C)", "83f6dad3"),
    pyiqa("dbcnn-live", "DBCNN_LIVE-97262bf4.pth", "DBCNN (pyiqa, LIVE)", "97262bf4"),
    pyiqa("dbcnn-livem", "DBCNN_LIVEM-698474e3.pth", "DBCNN (pyiqa, LIVE MD)", "698474e3"),
    pyiqa("dbcnn-csiq", "DBCNN_CSIQ-8677d071.pth", "DBCNN (pyiqa, CSIQ)", "8677d071"),
    pyiqa("dbcnn-tid2013", "DBCNN_TID2013-485d021d.pth", "DBCNN (pyiqa, TID2013)", "485d021d"),
    pyiqa("dbcnn-tid2008", "DBCNN_TID2008-4b47c5d1.pth", "DBCNN (pyiqa, TID2008)", "4b47c5d1"),
};

} // namespace

std::span<const PublishedModel> publishedModels()
{
    return Published;
}

const PublishedModel* publishedByHash(std::string_view sha256)
{
    const auto* found = std::find_if(Published.begin(), Published.end(), [&](const PublishedModel& model) {
        return !model.hashPrefix.empty() && sha256.starts_with(model.hashPrefix);
    });
    return found == Published.end() ? nullptr : found;
}

const PublishedModel* publishedByLayout(std::string_view family, std::string_view trunk, std::string_view format)
{
    const auto* found = std::find_if(Published.begin(), Published.end(), [&](const PublishedModel& model) {
        return model.family == family && model.trunk == trunk
            && (model.format.empty() ? format.starts_with("torch") : model.format == format);
    });
    return found == Published.end() ? nullptr : found;
}

} // namespace halflens
