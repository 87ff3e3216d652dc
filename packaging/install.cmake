# Installation and packages. Two components: the program, and the models that come with it.
#   cmake --install build/release [--prefix DIR] [--component program|models]
#   cd build/release && cpack -G DEB
set(HALFLENS_APP_ID org.halflens.HalfLens)
set(HALFLENS_LINUX ${CMAKE_SOURCE_DIR}/packaging/linux)
string(TIMESTAMP HALFLENS_DATE "%Y-%m-%d" UTC) # follows SOURCE_DATE_EPOCH

# Licence texts as the paragraphs of a Debian copyright file: indented, a dot for an empty line.
function(halflens_licence_text file variable)
    file(READ ${file} text)
    string(REGEX REPLACE "\n+$" "" text "${text}")
    string(REPLACE "\n\n" "\n.\n" text "${text}")
    string(REPLACE "\n" "\n " text " ${text}")
    set(${variable} "${text}" PARENT_SCOPE)
endfunction()
halflens_licence_text(${CMAKE_SOURCE_DIR}/LICENSE BSD_TEXT)
halflens_licence_text(${CMAKE_SOURCE_DIR}/models/lite-dbcnn/LICENSE.scnn.txt MIT_TEXT)
configure_file(${HALFLENS_LINUX}/copyright.in ${CMAKE_BINARY_DIR}/packaging/copyright @ONLY)
configure_file(${HALFLENS_LINUX}/${HALFLENS_APP_ID}.metainfo.xml.in
    ${CMAKE_BINARY_DIR}/packaging/${HALFLENS_APP_ID}.metainfo.xml @ONLY)

# The program.
install(TARGETS halflens DESTINATION bin COMPONENT program)
install(TARGETS halflens_program DESTINATION libexec COMPONENT program)
install(TARGETS halflens_torch halflens_torch_train DESTINATION lib/halflens COMPONENT program)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/resources/samples ${CMAKE_SOURCE_DIR}/resources/studies DESTINATION share/halflens COMPONENT program)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/resources/help ${CMAKE_SOURCE_DIR}/resources/screenshots DESTINATION share/doc/halflens COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/packaging/copyright DESTINATION share/doc/halflens COMPONENT program)
install(FILES ${HALFLENS_LINUX}/${HALFLENS_APP_ID}.desktop DESTINATION share/applications COMPONENT program)
install(FILES ${HALFLENS_LINUX}/${HALFLENS_APP_ID}.xml DESTINATION share/mime/packages COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/packaging/${HALFLENS_APP_ID}.metainfo.xml DESTINATION share/metainfo COMPONENT program)
install(FILES ${CMAKE_SOURCE_DIR}/resources/icons/halflens.svg DESTINATION share/icons/hicolor/scalable/apps
    RENAME ${HALFLENS_APP_ID}.svg COMPONENT program)
install(FILES ${HALFLENS_LINUX}/halflens.bash DESTINATION share/bash-completion/completions RENAME halflens
    COMPONENT program)
install(FILES ${HALFLENS_LINUX}/_halflens DESTINATION share/zsh/vendor-completions COMPONENT program)
# Made of the program itself, so at install time: the manual page and the bill of materials.
install(CODE "
    set(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
    function(halflens_write file)
        execute_process(COMMAND \${ARGN} OUTPUT_FILE \"\${prefix}/\${file}\" COMMAND_ERROR_IS_FATAL ANY)
        message(STATUS \"Installing: \${prefix}/\${file}\")
    endfunction()
    file(MAKE_DIRECTORY \"\${prefix}/share/man/man1\")
    halflens_write(share/man/man1/halflens.1 ${HALFLENS_LINUX}/make-man.sh $<TARGET_FILE:halflens> ${PROJECT_VERSION} ${HALFLENS_DATE})
    execute_process(COMMAND gzip -9nf \"\${prefix}/share/man/man1/halflens.1\" COMMAND_ERROR_IS_FATAL ANY)
    find_program(dpkg_query dpkg-query)
    if(dpkg_query)
        halflens_write(share/doc/halflens/sbom.spdx.json ${CMAKE_SOURCE_DIR}/packaging/sbom.sh ${PROJECT_VERSION}
            $<TARGET_FILE:halflens_program> $<TARGET_FILE:halflens_torch> $<TARGET_FILE:halflens_torch_train>)
    endif()
" COMPONENT program)

# The models.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/models DESTINATION share/halflens COMPONENT models USE_SOURCE_PERMISSIONS)
install(FILES ${CMAKE_BINARY_DIR}/packaging/copyright DESTINATION share/doc/halflens-models COMPONENT models)

# Packages, one set a Debian release: the release is part of the version, so that an upgrade of the system upgrades them.
set(release "1")
if(EXISTS /etc/os-release)
    file(STRINGS /etc/os-release line REGEX "^VERSION_ID=")
    string(REGEX REPLACE "[^0-9.]" "" number "${line}")
    string(APPEND release "+deb${number}")
endif()
foreach(package halflens halflens-models)
    set(log ${CMAKE_BINARY_DIR}/packaging/changelog.Debian.${package})
    string(TIMESTAMP when "%a, %d %b %Y %H:%M:%S +0000" UTC)
    file(WRITE ${log} "${package} (${PROJECT_VERSION}-${release}) unstable; urgency=medium\n\n"
        "  * What changed is told in changelog.gz.\n\n -- HalfLens authors <halflens@localhost.localdomain>  ${when}\n")
    execute_process(COMMAND gzip -9nk -f ${log} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md OUTPUT_FILE ${CMAKE_BINARY_DIR}/packaging/changelog.gz
        COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "halflens-" "" component ${package})
    string(REPLACE "halflens" "program" component ${component})
    install(FILES ${log}.gz DESTINATION share/doc/${package} RENAME changelog.Debian.gz COMPONENT ${component})
    install(FILES ${CMAKE_BINARY_DIR}/packaging/changelog.gz DESTINATION share/doc/${package} COMPONENT ${component})
endforeach()
install(FILES ${HALFLENS_LINUX}/lintian-overrides DESTINATION share/lintian/overrides RENAME halflens COMPONENT program)
install(FILES ${HALFLENS_LINUX}/lintian-overrides-models DESTINATION share/lintian/overrides RENAME halflens-models
    COMPONENT models)

set(CPACK_GENERATOR DEB TXZ)
set(CPACK_PACKAGE_VENDOR HalfLens)
set(CPACK_PACKAGE_CONTACT "HalfLens authors <halflens@localhost.localdomain>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "see which half of an image a quality model looks at")
set(CPACK_PACKAGE_DESCRIPTION_FILE ${HALFLENS_LINUX}/description.txt)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program models)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${release})
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME halflens)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
# The font of figures and viewer; the models of the same version.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "fonts-dejavu-core, halflens-models (= ${PROJECT_VERSION}-${release})")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "qt6-wayland")
set(CPACK_DEBIAN_MODELS_PACKAGE_NAME halflens-models)
set(CPACK_DEBIAN_MODELS_PACKAGE_ARCHITECTURE all)
set(CPACK_COMPONENT_MODELS_DESCRIPTION "models that come with HalfLens\nWeights, cards and training recipes of the quality models of HalfLens.")
include(CPack)
