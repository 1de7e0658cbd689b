<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About VoiceKin</source>
        <translation>Acerca de VoiceKin</translation>
    </message>
    <message>
        <source>Which emotion a recording of speech sounds like, and why: by the nearest recordings it knows.</source>
        <translation>VoiceKin dice a qué emoción suena una grabación de voz, y muestra por qué: las grabaciones más cercanas que conoce.</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Licencias</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Copiar el diagnóstico</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>with {0}</source>
        <translation>con {0}</translation>
    </message>
    <message>
        <source>Pack {0} {1}: {2}</source>
        <translation>Paquete {0} {1}: {2}</translation>
    </message>
    <message>
        <source>The method: Wang, Zhao, Qin, “Supervised Contrastive Learning with Nearest Neighbor Search for Speech Emotion Recognition”, Interspeech 2023.</source>
        <translation>El método: Wang, Zhao, Qin, «Supervised Contrastive Learning with Nearest Neighbor Search for Speech Emotion Recognition», Interspeech 2023.</translation>
    </message>
</context>
<context>
    <name>Answer</name>
    <message>
        <source>Mostly {0}</source>
        <translation>Sobre todo {0}</translation>
    </message>
    <message>
        <source>{0} and {1}</source>
        <translation>{0} y {1}</translation>
    </message>
    <message>
        <source>Uncertain</source>
        <translation>Incierta</translation>
    </message>
    <message>
        <source>{0} or {1}</source>
        <translation>{0} o {1}</translation>
    </message>
    <message>
        <source>No speech</source>
        <translation>Sin voz</translation>
    </message>
    <message>
        <source>{0} of the time</source>
        <translation>{0} del tiempo</translation>
    </message>
    <message>
        <source>Of the time: {0}. The timeline shows when; the bars are the mean of all parts.</source>
        <translation>Del tiempo: {0}. La línea de tiempo muestra cuándo; las barras son la media de todas las partes.</translation>
    </message>
    <message>
        <source>No speech was heard in it, so there is no answer.</source>
        <translation>No se ha oído ninguna voz en la grabación, así que no hay en qué basarse.</translation>
    </message>
    <message>
        <source>It is too quiet: record closer to the microphone, or turn it up.</source>
        <translation>Suena demasiado bajo: grabe más cerca del micrófono o suba su volumen.</translation>
    </message>
    <message>
        <source>The sound does not say which of the two.</source>
        <translation>El sonido no dice cuál de las dos.</translation>
    </message>
    <message>
        <source>“{0}” leads, but “{1}” can’t be ruled out.</source>
        <translation>«{0}» va por delante, pero no se puede descartar «{1}».</translation>
    </message>
    <message>
        <source>It could just as well be “{0}”: the two are close.</source>
        <translation>También podría ser «{0}»: las dos están muy cerca.</translation>
    </message>
    <message>
        <source>The closest is “{0}” at {1}.</source>
        <translation>Lo más cercano es «{0}», con {1}.</translation>
    </message>
    <message>
        <source>Too little speech was heard in it.</source>
        <translation>Se oyó muy poca voz en ella.</translation>
    </message>
    <message>
        <source>This sounds unlike anything the pack knows.</source>
        <translation>No suena a nada que el paquete conozca.</translation>
    </message>
    <message>
        <source>It could be {0}.</source>
        <translation>Podría ser {0}.</translation>
    </message>
    <message>
        <source>No emotion stands out.</source>
        <translation>Ninguna emoción destaca.</translation>
    </message>
    <message>
        <source>There are no recordings to compare it with; the model answers alone.</source>
        <translation>No hay grabaciones con que compararla; responde solo el modelo.</translation>
    </message>
    <message>
        <source>The model and the nearest recordings both put “{0}” first: {1} and {2}.</source>
        <translation>El modelo y las grabaciones más cercanas ponen «{0}» en primer lugar: {1} y {2}.</translation>
    </message>
    <message>
        <source>The model hears “{0}” ({1}), the nearest recordings sound more like “{2}” ({3}); together, “{4}” leads.</source>
        <translation>El modelo oye «{0}» ({1}), las grabaciones más cercanas suenan más a «{2}» ({3}); en conjunto gana «{4}».</translation>
    </message>
    <message>
        <source>{0}, {1} of it speech · answered in {2} s</source>
        <translation>{0}, de ello {1} de voz · respondida en {2} s</translation>
    </message>
    <message>
        <source>{0} s, {1} s of it speech · answered in {2}</source>
        <translation>{0} s, de los cuales {1} s de voz · respondida en {2}</translation>
    </message>
    <message>
        <source>pack {0}</source>
        <translation>paquete {0}</translation>
    </message>
    <message>
        <source>Based on: {0}</source>
        <translation>Se basa en: {0}</translation>
    </message>
    <message>
        <source>your examples {0}</source>
        <translation>sus propios ejemplos {0}</translation>
    </message>
    <message>
        <source>the voice in this recording</source>
        <translation>la voz de esta grabación</translation>
    </message>
    <message>
        <source>all {0} recordings together</source>
        <translation>las {0} grabaciones juntas</translation>
    </message>
    <message>
        <source>each speaker’s own stretches</source>
        <translation>los tramos propios de cada persona</translation>
    </message>
    <message>
        <source>an unknown voice</source>
        <translation>una voz desconocida</translation>
    </message>
    <message>
        <source>{0}’s voice from 1 recording</source>
        <translation>la voz de {0}, de 1 grabación</translation>
    </message>
    <message>
        <source>{0}’s voice from {1} recordings</source>
        <translation>la voz de {0}, de {1} grabaciones</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>respuesta</translation>
    </message>
    <message>
        <source>model</source>
        <translation>modelo</translation>
    </message>
    <message>
        <source>neighbours</source>
        <translation>vecinas</translation>
    </message>
    <message>
        <source>{0}; model {1}, nearest recordings {2}</source>
        <translation>{0}; modelo {1}, grabaciones más cercanas {2}</translation>
    </message>
    <message>
        <source>{0}, from 0 ({1}) to 1 ({2})</source>
        <translation>{0}, de 0 ({1}) a 1 ({2})</translation>
    </message>
</context>
<context>
    <name>AnswerPanel</name>
    <message>
        <source>Play</source>
        <translation>Reproducir</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Conservar</translation>
    </message>
    <message>
        <source>Keep this recording after VoiceKin closes</source>
        <translation>Conservar esta grabación al cerrar VoiceKin</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Eliminar</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>Loudness over time</source>
        <translation>Intensidad a lo largo del tiempo</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progreso</translation>
    </message>
    <message>
        <source>Being answered again, as what it is based on has changed.</source>
        <translation>Se está calculando de nuevo porque han cambiado los datos en los que se basa.</translation>
    </message>
    <message>
        <source>Number of neighbours: {0}, their weight: {1}. The answer itself is “{2}”.</source>
        <translation>Número de vecinas: {0}, su peso: {1}. La respuesta misma es «{2}».</translation>
    </message>
    <message>
        <source>What if: {0}</source>
        <translation>Y si: {0}</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Sin respuesta</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Escuchando…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>En pausa</translation>
    </message>
    <message>
        <source>Waiting…</source>
        <translation>En espera…</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>En directo</translation>
    </message>
    <message>
        <source>Speak as you would to someone across the table.</source>
        <translation>Hable como a alguien al otro lado de la mesa.</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Grabación</translation>
    </message>
    <message>
        <source>Live · {0}</source>
        <translation>En directo · {0}</translation>
    </message>
    <message>
        <source>Nobody is speaking at the moment.</source>
        <translation>Ahora no habla nadie.</translation>
    </message>
    <message>
        <source>This is how the last three seconds sound; the answer for the whole recording comes at the end.</source>
        <translation>Así suenan los últimos tres segundos; la respuesta global llegará al final.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
</context>
<context>
    <name>CaptureModel</name>
    <message>
        <source>The recording can&apos;t be written to the disk: {0}. Make room and try again.</source>
        <translation>La grabación no se puede escribir en el disco: {0}. Haga sitio e inténtelo de nuevo.</translation>
    </message>
</context>
<context>
    <name>ChannelMenu</name>
    <message>
        <source>&amp;Channel to listen to</source>
        <translation>Ca&amp;nal que se escucha</translation>
    </message>
    <message>
        <source>The &amp;clearest</source>
        <translation>El más &amp;claro</translation>
    </message>
    <message>
        <source>&amp;1, left</source>
        <translation>&amp;1, izquierdo</translation>
    </message>
    <message>
        <source>&amp;2, right</source>
        <translation>&amp;2, derecho</translation>
    </message>
</context>
<context>
    <name>CrashBox</name>
    <message>
        <source>Something went wrong</source>
        <translation>Algo ha ido mal</translation>
    </message>
    <message>
        <source>VoiceKin made a mistake and could not finish what it was doing. Your recordings are safe and you can go on. If it happens again, copy the diagnostics into a report.</source>
        <translation>Se ha producido un error y VoiceKin no ha podido terminar lo que estaba haciendo. Sus grabaciones están a salvo y puede continuar. Si vuelve a ocurrir, copie el diagnóstico en un informe.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Copiar el diagnóstico</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
</context>
<context>
    <name>Dimension</name>
    <message>
        <source>Arousal</source>
        <translation>Activación</translation>
    </message>
    <message>
        <source>calm</source>
        <translation>tranquila</translation>
    </message>
    <message>
        <source>excited</source>
        <translation>excitada</translation>
    </message>
    <message>
        <source>Dominance</source>
        <translation>Dominancia</translation>
    </message>
    <message>
        <source>weak</source>
        <translation>débil</translation>
    </message>
    <message>
        <source>strong</source>
        <translation>fuerte</translation>
    </message>
    <message>
        <source>Valence</source>
        <translation>Valencia</translation>
    </message>
    <message>
        <source>unpleasant</source>
        <translation>desagradable</translation>
    </message>
    <message>
        <source>pleasant</source>
        <translation>agradable</translation>
    </message>
    <message>
        <source>{0} (each from 0 to 1).</source>
        <translation>{0} (cada una de 0 a 1).</translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message>
        <source>Drop files here</source>
        <translation>Suelte aquí los archivos</translation>
    </message>
</context>
<context>
    <name>Emotion</name>
    <message>
        <source>Angry</source>
        <translation>Enfadada</translation>
    </message>
    <message>
        <source>Happy</source>
        <translation>Alegre</translation>
    </message>
    <message>
        <source>Neutral</source>
        <translation>Neutra</translation>
    </message>
    <message>
        <source>Sad</source>
        <translation>Triste</translation>
    </message>
    <message>
        <source>Calm</source>
        <translation>Tranquila</translation>
    </message>
    <message>
        <source>Fearful</source>
        <translation>Asustada</translation>
    </message>
    <message>
        <source>Disgusted</source>
        <translation>Asqueada</translation>
    </message>
    <message>
        <source>Surprised</source>
        <translation>Sorprendida</translation>
    </message>
    <message>
        <source>Bored</source>
        <translation>Aburrida</translation>
    </message>
    <message>
        <source>Excited</source>
        <translation>Entusiasmada</translation>
    </message>
    <message>
        <source>Frustrated</source>
        <translation>Frustrada</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>What does it sound like?</source>
        <translation>¿A qué suena?</translation>
    </message>
    <message>
        <source>Press Space and speak, or drop audio files anywhere in this window.</source>
        <translation>Pulse Espacio y hable, o suelte archivos de audio en cualquier parte de esta ventana.</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>Preparando…</translation>
    </message>
    <message>
        <source>Try it with synthetic voices</source>
        <translation>Pruébelo con voces sintéticas</translation>
    </message>
    <message>
        <source>Synthetic voice, even</source>
        <translation>Voz sintética, uniforme</translation>
    </message>
    <message>
        <source>Synthetic voice, slow and low</source>
        <translation>Voz sintética, lenta y grave</translation>
    </message>
    <message>
        <source>Synthetic voice, fast and loud</source>
        <translation>Voz sintética, rápida y fuerte</translation>
    </message>
    <message>
        <source>Synthetic voice, high and lively</source>
        <translation>Voz sintética, aguda y animada</translation>
    </message>
    <message>
        <source>Ready: it compares what it hears with {0} recordings. Pack: {1} {2}.</source>
        <translation>Listo: compara lo que oye con {0} grabaciones. Paquete: {1} {2}.</translation>
    </message>
    <message>
        <source>There is no microphone: plug one in, or drop audio files anywhere in this window.</source>
        <translation>No hay micrófono: conecte uno, o suelte archivos de audio en cualquier parte de esta ventana.</translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>“{0}” is no longer there. Choose another microphone.</source>
        <translation>«{0}» ya no está. Elija otro micrófono.</translation>
    </message>
    <message>
        <source>“{0}” is no longer there. Plug it in and refresh, or choose another microphone.</source>
        <translation>«{0}» ya no está. Conéctelo y actualice, o elija otro micrófono.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing. Install it (Debian: libportaudio2) and start VoiceKin again; dropped files work without it.</source>
        <translation>Falta la biblioteca de sonido PortAudio. Instálela (Debian: libportaudio2) y vuelva a iniciar VoiceKin; los archivos funcionan sin ella.</translation>
    </message>
    <message>
        <source>“{0}” can&apos;t be opened. Check that no other program holds it and that VoiceKin may use the microphone, or choose another one.</source>
        <translation>«{0}» no se puede abrir. Compruebe que ningún otro programa lo use y que VoiceKin tenga permiso para el micrófono, o elija otro.</translation>
    </message>
    <message>
        <source>There is no loudspeaker to play on. Connect one or choose one in the system&apos;s sound settings.</source>
        <translation>No hay altavoz en el que reproducir. Conecte uno o elíjalo en los ajustes de sonido del sistema.</translation>
    </message>
    <message>
        <source>The recording stopped because it can&apos;t be written to the disk: {0}.</source>
        <translation>La grabación se detuvo porque no se puede escribir en el disco: {0}.</translation>
    </message>
    <message>
        <source>The recording could not be closed: {0}.</source>
        <translation>La grabación no se pudo cerrar: {0}.</translation>
    </message>
    <message>
        <source>{0} is a folder: name the recordings in it.</source>
        <translation>{0} es una carpeta: indique las grabaciones que contiene.</translation>
    </message>
    <message>
        <source>{0} is not a file but a pipe or device: save the recording as a file first.</source>
        <translation>{0} no es un archivo, sino una tubería o un dispositivo: guarde antes la grabación como archivo.</translation>
    </message>
    <message>
        <source>{0} is empty (0 bytes): record or export it again.</source>
        <translation>{0} está vacío (0 bytes): grábelo o expórtelo de nuevo.</translation>
    </message>
    <message>
        <source>{0} has {1} channel(s), so no channel {2}: choose another.</source>
        <translation>{0} tiene {1} canales, así que no hay canal {2}: elija otro.</translation>
    </message>
    <message>
        <source>{0} holds no sound (samples: {1}): record or export it again.</source>
        <translation>{0} no contiene sonido (muestras: {1}): grábelo o expórtelo de nuevo.</translation>
    </message>
    <message>
        <source>{0} holds values that are not numbers (NaN or infinity): export it again as 16-bit WAV.</source>
        <translation>{0} contiene valores que no son números (NaN o infinito): expórtelo de nuevo como WAV de 16 bits.</translation>
    </message>
    <message>
        <source>{0} goes {1} times beyond full scale: export it again, normalised, as 16-bit WAV.</source>
        <translation>{0} sobrepasa {1} veces el máximo de la escala: expórtelo de nuevo, normalizado, como WAV de 16 bits.</translation>
    </message>
    <message>
        <source>{0} does not exist: check the name.</source>
        <translation>{0} no existe: compruebe el nombre.</translation>
    </message>
    <message>
        <source>{0} does not exist: check the address.</source>
        <translation>{0} no existe: compruebe la dirección.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be read ({1}): check the address, and who may read it.</source>
        <translation>{0} no se puede leer ({1}): compruebe la dirección y quién puede leerla.</translation>
    </message>
    <message>
        <source>{0} is not a CSV that can be read ({1}): export it again.</source>
        <translation>{0} no es un CSV que se pueda leer ({1}): expórtelo de nuevo.</translation>
    </message>
    <message>
        <source>{0} names no recording: write a path a line, or a CSV with a column path.</source>
        <translation>{0} no indica ninguna grabación: escriba una ruta por línea, o un CSV con una columna path.</translation>
    </message>
    <message>
        <source>Line {0} of {1} has no {2} as its {3}: correct it.</source>
        <translation>La línea {0} de {1} no tiene {2} como {3}: corríjala.</translation>
    </message>
    <message>
        <source>{0} may not be read: check its permissions.</source>
        <translation>{0} no se puede leer: compruebe los permisos.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be read ({1}).</source>
        <translation>{0} no se puede leer ({1}).</translation>
    </message>
    <message>
        <source>{0} is damaged and can&apos;t be decoded to its end: export it again.</source>
        <translation>{0} está dañado y no se puede decodificar hasta el final: expórtelo de nuevo.</translation>
    </message>
    <message>
        <source>{0} is not audio that can be read, or it is damaged: export it again as WAV, FLAC, OGG or MP3.</source>
        <translation>{0} no es audio legible o está dañado: expórtelo de nuevo como WAV, FLAC, OGG o MP3.</translation>
    </message>
    <message>
        <source>{0} is read with ffmpeg, which is missing here: install it (Debian: apt install ffmpeg; elsewhere: pip install imageio-ffmpeg).</source>
        <translation>{0} se lee con ffmpeg, que falta aquí: instálelo (Debian: apt install ffmpeg; en otros sistemas: pip install imageio-ffmpeg).</translation>
    </message>
    <message>
        <source>{0} has no sound track: name another file.</source>
        <translation>{0} no tiene pista de sonido: indique otro archivo.</translation>
    </message>
    <message>
        <source>{0} is protected against copying (DRM): no program but its own may read it.</source>
        <translation>{0} está protegido contra copia (DRM): solo su propio programa puede leerlo.</translation>
    </message>
    <message>
        <source>{0} was not finished: its end, which says what is in it, is missing. Copy or record it again.</source>
        <translation>{0} quedó sin terminar: falta el final, que dice lo que contiene. Cópielo o grábelo de nuevo.</translation>
    </message>
    <message>
        <source>VoiceKin can&apos;t read {0}, which {1} is stored in: export it as WAV or FLAC.</source>
        <translation>VoiceKin no puede leer {0}, el formato en que está guardado {1}: expórtelo como WAV o FLAC.</translation>
    </message>
    <message>
        <source>The file says that it lasts {0} s; {1} s of sound are in it and were heard.</source>
        <translation>El archivo dice durar {0} s; contiene {1} s de sonido, que se han escuchado.</translation>
    </message>
    <message>
        <source>There were errors while decoding it ({0}); what could not be decoded was left out.</source>
        <translation>Hubo errores al decodificarlo ({0}); lo que no se pudo decodificar se ha omitido.</translation>
    </message>
    <message>
        <source>The end of the file is missing: it breaks off after {0} s.</source>
        <translation>Falta el final del archivo: se corta a los {0} s.</translation>
    </message>
    <message>
        <source>The file does not say how long it lasts, as it should; {0} s were heard.</source>
        <translation>El archivo no dice cuánto dura, aunque debería; se han escuchado {0} s.</translation>
    </message>
    <message>
        <source>Of its {0} bytes only {1} were found to be sound.</source>
        <translation>De sus {0} bytes, solo {1} resultaron ser sonido.</translation>
    </message>
    <message>
        <source>It has {0} sound tracks; number {1} was heard ({2}).</source>
        <translation>Tiene {0} pistas de sonido; se ha escuchado la número {1} ({2}).</translation>
    </message>
    <message>
        <source>It has {0} channels with different voices; each was heard while it spoke.</source>
        <translation>Tiene {0} canales con voces distintas; cada una se ha escuchado mientras hablaba.</translation>
    </message>
    <message>
        <source>Its channels are in opposite phase and would cancel each other; channel {0} was heard.</source>
        <translation>Sus canales están en oposición de fase y se anularían; se ha escuchado el canal {0}.</translation>
    </message>
    <message>
        <source>It has {0} channels that differ; channel {1}, the clearest, was heard.</source>
        <translation>Tiene {0} canales distintos; se ha escuchado el canal {1}, el más claro.</translation>
    </message>
    <message>
        <source>Only its beginning was heard; the rest is read with ffmpeg, which is missing here.</source>
        <translation>Solo se ha escuchado el principio; el resto se lee con ffmpeg, que falta aquí.</translation>
    </message>
    <message>
        <source>{0} says it has {1} samples a second: its header is damaged.</source>
        <translation>{0} dice tener {1} muestras por segundo: su cabecera está dañada.</translation>
    </message>
    <message>
        <source>{0} is too short to hear a mood in: record at least {1} seconds.</source>
        <translation>{0} es demasiado corto para oír un estado de ánimo: grabe al menos {1} segundos.</translation>
    </message>
    <message>
        <source>{0} needs more memory than there is: close other programs or cut it into parts.</source>
        <translation>{0} necesita más memoria de la que hay: cierre otros programas o divídalo en partes.</translation>
    </message>
    <message>
        <source>{0} made VoiceKin itself fail ({1}: {2}): please report it with the log.</source>
        <translation>{0} hizo fallar al propio VoiceKin ({1}: {2}): infórmelo junto con el registro.</translation>
    </message>
    <message>
        <source>The folder {0} can&apos;t be read ({1}): check its permissions.</source>
        <translation>La carpeta {0} no se puede leer ({1}): compruebe los permisos.</translation>
    </message>
    <message>
        <source>{0} holds no recordings{1}: name another folder or look into all of them.</source>
        <translation>{0} no contiene grabaciones{1}: indique otra carpeta o busque en todas.</translation>
    </message>
    <message>
        <source>There is no audio file in {0}: choose another folder.</source>
        <translation>No hay ningún archivo de audio en {0}: elija otra carpeta.</translation>
    </message>
    <message>
        <source>No speech was heard in this recording.</source>
        <translation>En esta grabación no se ha oído voz.</translation>
    </message>
    <message>
        <source>This recording is too quiet: record closer to the microphone, or turn it up.</source>
        <translation>Esta grabación suena demasiado bajo: grabe más cerca del micrófono o suba su volumen.</translation>
    </message>
    <message>
        <source>Too little speech was heard in this recording.</source>
        <translation>En esta grabación se oyó muy poca voz.</translation>
    </message>
    <message>
        <source>This recording is unlike anything this pack has heard.</source>
        <translation>Esta grabación no se parece a nada que este paquete haya oído.</translation>
    </message>
    <message>
        <source>No single emotion stands out in this recording.</source>
        <translation>En esta grabación no destaca una sola emoción.</translation>
    </message>
    <message>
        <source>There is too little speech in this recording to learn a voice from it.</source>
        <translation>Hay muy poca voz en esta grabación para aprender de ella.</translation>
    </message>
    <message>
        <source>This recording is unlike any speech this pack has heard, so the voice does not learn from it.</source>
        <translation>Esta grabación no se parece a ninguna voz que este paquete haya oído, así que la voz no aprende de ella.</translation>
    </message>
    <message>
        <source>No speech was heard in this recording, so it can&apos;t be an example.</source>
        <translation>En esta grabación no se ha oído voz, así que no puede ser un ejemplo.</translation>
    </message>
    <message>
        <source>Too little speech was heard in this recording, so it can&apos;t be an example.</source>
        <translation>En esta grabación se oyó muy poca voz, así que no puede ser un ejemplo.</translation>
    </message>
    <message>
        <source>This recording is too quiet to be an example.</source>
        <translation>Esta grabación suena demasiado bajo para ser un ejemplo.</translation>
    </message>
    <message>
        <source>A recording needs a name.</source>
        <translation>Una grabación necesita un nombre.</translation>
    </message>
    <message>
        <source>That is too long: give at most {0} characters.</source>
        <translation>Es demasiado largo: como máximo {0} caracteres.</translation>
    </message>
    <message>
        <source>This recording is unlike the others of this voice, so the voice does not learn from it.</source>
        <translation>Esta grabación no se parece a las demás de esta voz, así que la voz no aprende de ella.</translation>
    </message>
    <message>
        <source>This recording hardly sounds like the others of this voice, so the voice does not learn from it; it may be {0}.</source>
        <translation>Esta grabación apenas suena como las demás de esta voz, así que la voz no aprende de ella; podría ser {0}.</translation>
    </message>
    <message>
        <source>This voice is paused; let it go on to teach it more.</source>
        <translation>Esta voz está en pausa; deje que continúe para enseñarle más.</translation>
    </message>
    <message>
        <source>{0} is there already; choose another name or say that it may be replaced.</source>
        <translation>{0} ya existe; elija otro nombre o permita que se reemplace.</translation>
    </message>
    <message>
        <source>{0} is a folder; name a file to write to.</source>
        <translation>{0} es una carpeta; indique un archivo en el que escribir.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: {1}. Choose another place.</source>
        <translation>{0} no se puede escribir: {1}. Elija otro lugar.</translation>
    </message>
    <message>
        <source>There is no answer to export; choose recordings that could be analysed.</source>
        <translation>No hay respuesta que exportar; elija grabaciones que se pudieran analizar.</translation>
    </message>
    <message>
        <source>The folder {0} can&apos;t be made: {1}. Choose another place.</source>
        <translation>La carpeta {0} no se puede crear: {1}. Elija otro lugar.</translation>
    </message>
    <message>
        <source>The picture can&apos;t be written as PNG: export SVG instead.</source>
        <translation>La imagen no se puede escribir como PNG: exporte SVG.</translation>
    </message>
    <message>
        <source>The report can&apos;t be drawn as PDF: export HTML instead.</source>
        <translation>El informe no se puede dibujar como PDF: exporte HTML.</translation>
    </message>
    <message>
        <source>PNG needs Qt, which does not start here ({0}): export SVG instead.</source>
        <translation>PNG necesita Qt, que aquí no arranca ({0}): exporte SVG.</translation>
    </message>
    <message>
        <source>There is a voice “{0}” already; choose another name.</source>
        <translation>Ya hay una voz «{0}»; elija otro nombre.</translation>
    </message>
    <message>
        <source>the name of a voice</source>
        <translation>el nombre de una voz</translation>
    </message>
    <message>
        <source>a label</source>
        <translation>una etiqueta</translation>
    </message>
    <message>
        <source>“{0}” can&apos;t be {1}: give 1 to 60 characters that can be printed.</source>
        <translation>«{0}» no puede ser {1}: indique de 1 a 60 caracteres imprimibles.</translation>
    </message>
    <message>
        <source>{0} was written by a newer VoiceKin; update VoiceKin to import it.</source>
        <translation>{0} lo escribió un VoiceKin más nuevo; actualice VoiceKin para importarlo.</translation>
    </message>
    <message>
        <source>There is no file {0}: check the name.</source>
        <translation>No existe el archivo {0}: compruebe el nombre.</translation>
    </message>
    <message>
        <source>{0} is a folder; name a file that VoiceKin exported.</source>
        <translation>{0} es una carpeta; indique un archivo que VoiceKin haya exportado.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be read: no permission.</source>
        <translation>{0} no se puede leer: falta permiso.</translation>
    </message>
    <message>
        <source>{0} was not exported by VoiceKin, or is damaged; nothing was imported.</source>
        <translation>{0} no lo exportó VoiceKin, o está dañado; no se ha importado nada.</translation>
    </message>
    <message>
        <source>{0} is not a VoiceKin file; move it away to use voices and examples.</source>
        <translation>{0} no es un archivo de VoiceKin; muévalo a otro lugar para usar voces y ejemplos.</translation>
    </message>
    <message>
        <source>The voices and examples in {0} were written by a newer VoiceKin (version {1} of the file, this app reads up to {2}); update VoiceKin to use them.</source>
        <translation>Las voces y los ejemplos de {0} los escribió un VoiceKin más nuevo (versión {1} del archivo; esta aplicación lee hasta la {2}); actualice VoiceKin para usarlos.</translation>
    </message>
    <message>
        <source>Your voices and examples in {0} can&apos;t be used: {1}.</source>
        <translation>Sus voces y ejemplos de {0} no se pueden usar: {1}.</translation>
    </message>
    <message>
        <source>Your voices and examples can&apos;t be changed: the disk is full; free some space and try again.</source>
        <translation>Sus voces y ejemplos no se pueden cambiar: el disco está lleno; libere espacio e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Your voices and examples in {0} can&apos;t be changed: the folder or file is read-only.</source>
        <translation>Sus voces y ejemplos de {0} no se pueden cambiar: la carpeta o el archivo es de solo lectura.</translation>
    </message>
    <message>
        <source>Your voices and examples can&apos;t be opened: {0} can&apos;t be read and written.</source>
        <translation>Sus voces y ejemplos no se pueden abrir: {0} no se puede leer ni escribir.</translation>
    </message>
    <message>
        <source>Another VoiceKin is changing your voices and examples right now; try again in a moment.</source>
        <translation>Otro VoiceKin está cambiando ahora sus voces y ejemplos; inténtelo de nuevo en un momento.</translation>
    </message>
    <message>
        <source>The disk failed or is full while your voices and examples were in use ({0}); check it.</source>
        <translation>El disco falló o se llenó mientras se usaban sus voces y ejemplos ({0}); compruébelo.</translation>
    </message>
    <message>
        <source>The file {0} is damaged; move it away to begin anew.</source>
        <translation>El archivo {0} está dañado; muévalo a otro lugar para empezar de nuevo.</translation>
    </message>
    <message>
        <source>The recording can&apos;t be kept: {0} Free some space and try again.</source>
        <translation>La grabación no se puede conservar: {0} Libere espacio e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Voices and examples can&apos;t be opened, so nothing can be taught now.</source>
        <translation>Las voces y los ejemplos no se pueden abrir, así que ahora no se puede enseñar nada.</translation>
    </message>
    <message>
        <source>There is no pack in use. Choose one under File, Packs.</source>
        <translation>No hay ningún paquete en uso. Elija uno en Archivo, Paquetes.</translation>
    </message>
    <message>
        <source>This answer was made with another pack: answer the recording again first.</source>
        <translation>Esta respuesta se hizo con otro paquete: responda antes la grabación de nuevo.</translation>
    </message>
    <message>
        <source>There is no pack at {0}: check the name.</source>
        <translation>No hay ningún paquete en {0}: compruebe el nombre.</translation>
    </message>
    <message>
        <source>No pack called {0} is installed: install it first.</source>
        <translation>No hay instalado ningún paquete llamado {0}: instálelo antes.</translation>
    </message>
    <message>
        <source>No pack called {0} is installed.</source>
        <translation>No hay instalado ningún paquete llamado {0}.</translation>
    </message>
    <message>
        <source>{0} is in use: switch to another pack, then remove it.</source>
        <translation>{0} está en uso: cambie a otro paquete y después quítelo.</translation>
    </message>
    <message>
        <source>{0} is the pack that ships with VoiceKin: it can&apos;t be removed.</source>
        <translation>{0} es el paquete que viene con VoiceKin: no se puede quitar.</translation>
    </message>
    <message>
        <source>{0} is the name of the pack that ships with VoiceKin: it needs a name of its own.</source>
        <translation>{0} es el nombre del paquete que viene con VoiceKin: necesita un nombre propio.</translation>
    </message>
    <message>
        <source>A pack called {0} is installed already: remove it first, or replace it.</source>
        <translation>Ya hay instalado un paquete llamado {0}: quítelo antes o reemplácelo.</translation>
    </message>
    <message>
        <source>{0} ({1}): check {2} and the free space.</source>
        <translation>{0} ({1}): compruebe {2} y el espacio libre.</translation>
    </message>
    <message>
        <source>Your packs can&apos;t be listed</source>
        <translation>Sus paquetes no se pueden listar</translation>
    </message>
    <message>
        <source>The choice of the pack can&apos;t be stored</source>
        <translation>La elección del paquete no se puede guardar</translation>
    </message>
    <message>
        <source>The pack can&apos;t be installed</source>
        <translation>El paquete no se puede instalar</translation>
    </message>
    <message>
        <source>The pack {0} can&apos;t be installed</source>
        <translation>El paquete {0} no se puede instalar</translation>
    </message>
    <message>
        <source>The pack {0} can&apos;t be removed</source>
        <translation>El paquete {0} no se puede quitar</translation>
    </message>
    <message>
        <source>The pack {0} can&apos;t be copied</source>
        <translation>El paquete {0} no se puede copiar</translation>
    </message>
    <message>
        <source>{0} is no pack: it has no {1}.</source>
        <translation>{0} no es un paquete: no tiene {1}.</translation>
    </message>
    <message>
        <source>The pack at {0} can&apos;t be read ({1}).</source>
        <translation>El paquete de {0} no se puede leer ({1}).</translation>
    </message>
    <message>
        <source>The {0} of the pack at {1} is damaged: install the pack again.</source>
        <translation>El archivo {0} del paquete de {1} está dañado: instale el paquete de nuevo.</translation>
    </message>
    <message>
        <source>This pack is of format {0} and this VoiceKin reads up to {1}: update VoiceKin to use it.</source>
        <translation>Este paquete es del formato {0} y este VoiceKin lee hasta el {1}: actualice VoiceKin para usarlo.</translation>
    </message>
    <message>
        <source>{0} is no pack, or is damaged: download it again.</source>
        <translation>{0} no es un paquete, o está dañado: descárguelo de nuevo.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be unpacked ({1}).</source>
        <translation>{0} no se puede desempaquetar ({1}).</translation>
    </message>
    <message>
        <source>{0} holds no {1}, so it is no pack.</source>
        <translation>{0} no contiene {1}, así que no es un paquete.</translation>
    </message>
    <message>
        <source>{0} lacks {1}: download it again.</source>
        <translation>A {0} le falta {1}: descárguelo de nuevo.</translation>
    </message>
    <message>
        <source>{0} in {1} has another size than listed: download it again.</source>
        <translation>{0} en {1} tiene otro tamaño que el indicado: descárguelo de nuevo.</translation>
    </message>
    <message>
        <source>The pack lacks {0}: install the pack again.</source>
        <translation>Al paquete le falta {0}: instale el paquete de nuevo.</translation>
    </message>
    <message>
        <source>{0} in the pack is damaged or was changed: install the pack again.</source>
        <translation>{0} está dañado o se modificó en el paquete: instale el paquete de nuevo.</translation>
    </message>
    <message>
        <source>The pack&apos;s {0} is not valid JSON: install the pack again.</source>
        <translation>El archivo {0} del paquete no es JSON válido: instale el paquete de nuevo.</translation>
    </message>
    <message>
        <source>The pack&apos;s index is damaged: install the pack again.</source>
        <translation>El índice del paquete está dañado: instale el paquete de nuevo.</translation>
    </message>
    <message>
        <source>The model card can&apos;t be read ({0}): verify the pack.</source>
        <translation>La ficha del modelo no se puede leer ({0}): verifique el paquete.</translation>
    </message>
    <message>
        <source>The pack&apos;s name may hold only letters, digits, dot, dash and underscore.</source>
        <translation>El nombre del paquete solo puede tener letras, cifras, punto, guion y guion bajo.</translation>
    </message>
    <message>
        <source>{0} of {1} is {2} {3}, not as pack.json says.</source>
        <translation>{0} de {1} es {2} {3}, no como dice pack.json.</translation>
    </message>
    <message>
        <source>There is no pack called {0}: `voicekin pack list` shows those that are installed.</source>
        <translation>No hay ningún paquete llamado {0}: `voicekin pack list` muestra los instalados.</translation>
    </message>
    <message>
        <source>{0}: don&apos;t use it.</source>
        <translation>{0}: no lo use.</translation>
    </message>
    <message>
        <source>{0}: ask whoever made the pack.</source>
        <translation>{0}: pregunte a quien hizo el paquete.</translation>
    </message>
    <message>
        <source>{0}: ask whoever made it.</source>
        <translation>{0}: pregunte a quien lo hizo.</translation>
    </message>
    <message>
        <source>{0}: install the pack again.</source>
        <translation>{0}: instale el paquete de nuevo.</translation>
    </message>
    <message>
        <source>VoiceKin made a mistake with this recording. Try again; if it happens again, copy the diagnostics into a report.</source>
        <translation>VoiceKin cometió un error con esta grabación. Inténtelo de nuevo; si vuelve a ocurrir, copie el diagnóstico en un informe.</translation>
    </message>
</context>
<context>
    <name>ExamplesDialog</name>
    <message>
        <source>My examples</source>
        <translation>Mis ejemplos</translation>
    </message>
    <message>
        <source>It was</source>
        <translation>Era</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Voz</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Grabación</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Añadida</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Duración</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Escuchar</translation>
    </message>
    <message>
        <source>What the selected examples were</source>
        <translation>Qué eran los ejemplos seleccionados</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>Corregir</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Quitar</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Quitar todo</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Deshacer</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportar…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importar…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Recordings you labelled. Select one to hear, correct or remove it.</source>
        <translation>Grabaciones que usted ha etiquetado. Seleccione una para escucharla, corregirla o quitarla.</translation>
    </message>
    <message>
        <source>The pack in use has not heard {0} of these; it can where the sound was kept.</source>
        <translation>El paquete en uso no ha oído {0} de estas; puede hacerlo donde se conservó el sonido.</translation>
    </message>
    <message>
        <source>Corrected to “{0}”: {1}.</source>
        <translation>Corregido a «{0}»: {1}.</translation>
    </message>
    <message>
        <source>Removed examples: {0}.</source>
        <translation>Ejemplos quitados: {0}.</translation>
    </message>
    <message>
        <source>Export my voices and examples</source>
        <translation>Exportar mis voces y ejemplos</translation>
    </message>
    <message>
        <source>Wrote {0} examples and {1} voices to {2}.</source>
        <translation>Se escribieron {0} ejemplos y {1} voces en {2}.</translation>
    </message>
    <message>
        <source>Import voices and examples</source>
        <translation>Importar voces y ejemplos</translation>
    </message>
    <message>
        <source>Imported {0} examples and {1} voices; {2} examples were there already.</source>
        <translation>Se importaron {0} ejemplos y {1} voces; {2} ejemplos ya estaban.</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportar</translation>
    </message>
    <message>
        <source>Report (HTML)…</source>
        <translation>Informe (HTML)…</translation>
    </message>
    <message>
        <source>Report (PDF)…</source>
        <translation>Informe (PDF)…</translation>
    </message>
    <message>
        <source>Table of recordings (CSV)…</source>
        <translation>Tabla de grabaciones (CSV)…</translation>
    </message>
    <message>
        <source>Table of segments (CSV)…</source>
        <translation>Tabla de segmentos (CSV)…</translation>
    </message>
    <message>
        <source>JSON lines…</source>
        <translation>Líneas JSON…</translation>
    </message>
    <message>
        <source>Praat TextGrid…</source>
        <translation>TextGrid de Praat…</translation>
    </message>
    <message>
        <source>ELAN annotations…</source>
        <translation>Anotaciones de ELAN…</translation>
    </message>
    <message>
        <source>Audacity labels…</source>
        <translation>Etiquetas de Audacity…</translation>
    </message>
    <message>
        <source>Who speaks when (RTTM)…</source>
        <translation>Quién habla cuándo (RTTM)…</translation>
    </message>
    <message>
        <source>Subtitles (SRT)…</source>
        <translation>Subtítulos (SRT)…</translation>
    </message>
    <message>
        <source>Timeline as a picture (SVG)…</source>
        <translation>Línea de tiempo como imagen (SVG)…</translation>
    </message>
    <message>
        <source>Timeline as a picture (PNG)…</source>
        <translation>Línea de tiempo como imagen (PNG)…</translation>
    </message>
    <message>
        <source>&amp;Copy as text</source>
        <translation>&amp;Copiar como texto</translation>
    </message>
    <message>
        <source>Exported to {0}.</source>
        <translation>Exportado a {0}.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportar</translation>
    </message>
    <message>
        <source>{0} is there already. Replace it?</source>
        <translation>{0} ya existe. ¿Reemplazarlo?</translation>
    </message>
    <message>
        <source>The results are on the clipboard.</source>
        <translation>Los resultados están en el portapapeles.</translation>
    </message>
</context>
<context>
    <name>FilterLine</name>
    <message>
        <source>No recording matches “{0}”.</source>
        <translation>Ninguna grabación coincide con «{0}».</translation>
    </message>
</context>
<context>
    <name>FirstStartPage</name>
    <message>
        <source>Welcome to VoiceKin</source>
        <translation>Esto es VoiceKin</translation>
    </message>
    <message>
        <source>VoiceKin tells you which emotion a recording of speech sounds like, and shows why: the nearest recordings it has heard before, its kin.</source>
        <translation>VoiceKin dice a qué emoción suena una grabación de voz y muestra por qué: las grabaciones más cercanas que ha oído antes, sus parientes.</translation>
    </message>
    <message>
        <source>What it can do</source>
        <translation>Lo que puede hacer</translation>
    </message>
    <message>
        <source>Listen to your microphone or to audio files.</source>
        <translation>Escuchar su micrófono o archivos de audio.</translation>
    </message>
    <message>
        <source>Say what the voice sounds like, how sure it is, and when it does not know.</source>
        <translation>Decir a qué suena la voz, con cuánta seguridad, y cuándo no lo sabe.</translation>
    </message>
    <message>
        <source>Work without the internet: no sound ever leaves this computer.</source>
        <translation>Trabajar sin internet: ningún sonido sale nunca de este ordenador.</translation>
    </message>
    <message>
        <source>What it can’t do</source>
        <translation>Lo que no puede hacer</translation>
    </message>
    <message>
        <source>Know what someone feels. It hears how a voice sounds, not what is in a heart.</source>
        <translation>Saber lo que alguien siente. Oye cómo suena una voz, no lo que hay en el corazón.</translation>
    </message>
    <message>
        <source>Be sure. It gets about two in three of a stranger’s recordings right, and about one in two where room and language are least like those it learnt from.</source>
        <translation>Estar seguro. Acierta en unas dos de cada tres grabaciones de un desconocido, y en alrededor de una de cada dos donde la sala y el idioma menos se parecen a aquellos de los que aprendió.</translation>
    </message>
    <message>
        <source>Hear words, irony, or a culture’s own ways of speaking.</source>
        <translation>Entender palabras, ironía o las maneras de hablar propias de una cultura.</translation>
    </message>
    <message>
        <source>Where it must not be used</source>
        <translation>Cuándo no debe usarse</translation>
    </message>
    <message>
        <source>At work or in education, to infer the emotions of people: the EU’s AI Act forbids it (Article 5(1)(f)).</source>
        <translation>En el trabajo o la educación, para inferir las emociones de las personas: lo prohíbe el Reglamento de IA de la UE (artículo 5, apartado 1, letra f)).</translation>
    </message>
    <message>
        <source>On people who did not agree to be recorded and analysed.</source>
        <translation>Con personas que no hayan dado su consentimiento para ser grabadas y analizadas.</translation>
    </message>
    <message>
        <source>For decisions about people: hiring, grading, policing, medicine, insurance.</source>
        <translation>Para decisiones sobre personas: contratación, calificaciones, policía, medicina, seguros.</translation>
    </message>
    <message>
        <source>I understand. Start</source>
        <translation>Entendido. Empezar</translation>
    </message>
</context>
<context>
    <name>GuidedMinuteDialog</name>
    <message>
        <source>A minute of free talk</source>
        <translation>Un minuto de charla libre</translation>
    </message>
    <message>
        <source>Talk for about a minute, in your own language, as you would to a friend. You will be asked a few questions.</source>
        <translation>Hable durante un minuto aproximadamente, en su idioma, como si hablara con un amigo. Se le harán preguntas.</translation>
    </message>
    <message>
        <source>Seconds of speech so far</source>
        <translation>Segundos de voz hasta ahora</translation>
    </message>
    <message>
        <source>Only the characteristics of your voice are kept, not the sound. If you cancel, nothing is kept.</source>
        <translation>Solo se conserva lo que caracteriza su voz, no el sonido. Si cancela, no se conserva nada.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Empezar</translation>
    </message>
    <message>
        <source>That is enough</source>
        <translation>Es suficiente</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>What have you done today, from the morning on?</source>
        <translation>¿Qué ha hecho hoy, desde la mañana?</translation>
    </message>
    <message>
        <source>What was the last thing that made you laugh?</source>
        <translation>¿Qué fue lo último que le hizo reír?</translation>
    </message>
    <message>
        <source>What annoys you? Tell it as if it had just happened.</source>
        <translation>¿Qué le molesta? Cuéntelo como si acabara de ocurrir.</translation>
    </message>
    <message>
        <source>Describe the room that you are in.</source>
        <translation>Describa la habitación en la que está.</translation>
    </message>
    <message>
        <source>Whom or what do you miss?</source>
        <translation>¿A quién o qué echa de menos?</translation>
    </message>
    <message>
        <source>What are you looking forward to?</source>
        <translation>¿Qué espera con ilusión?</translation>
    </message>
    <message>
        <source>No speech is heard. Come closer, or choose another microphone.</source>
        <translation>No se oye voz. Acérquese o elija otro micrófono.</translation>
    </message>
    <message>
        <source>{0} of {1} seconds of speech</source>
        <translation>{0} de {1} segundos de voz</translation>
    </message>
    <message>
        <source>Thank you. VoiceKin is learning the voice…</source>
        <translation>Gracias. VoiceKin está aprendiendo la voz…</translation>
    </message>
    <message>
        <source>No microphone was found. Plug one in and try again.</source>
        <translation>No se encontró ningún micrófono. Conecte uno e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>“{0}” is gone. What was said until then can still be learnt from.</source>
        <translation>«{0}» se ha desconectado. De lo dicho hasta entonces aún se puede aprender.</translation>
    </message>
</context>
<context>
    <name>Hotkey</name>
    <message>
        <source>Not available with Wayland, which gives no program a key of its own.</source>
        <translation>No disponible con Wayland, que no da a ningún programa una tecla propia.</translation>
    </message>
    <message>
        <source>Not available on this system.</source>
        <translation>No disponible en este sistema.</translation>
    </message>
    <message>
        <source>Another program has {0} already; choose another key.</source>
        <translation>Otro programa ya usa {0}; elija otra tecla.</translation>
    </message>
</context>
<context>
    <name>Language</name>
    <message>
        <source>English</source>
        <translation>Inglés</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Alemán</translation>
    </message>
    <message>
        <source>Polish</source>
        <translation>Polaco</translation>
    </message>
    <message>
        <source>Amharic</source>
        <translation>Amárico</translation>
    </message>
    <message>
        <source>Bangla</source>
        <translation>Bengalí</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>Coreano</translation>
    </message>
</context>
<context>
    <name>LibraryModel</name>
    <message>
        <source>“{0}” is now called “{1}”.</source>
        <translation>«{0}» se llama ahora «{1}».</translation>
    </message>
    <message>
        <source>The notes of “{0}” are changed.</source>
        <translation>Las notas de «{0}» han cambiado.</translation>
    </message>
    <message>
        <source>The tags of “{0}” are changed.</source>
        <translation>Las marcas de «{0}» han cambiado.</translation>
    </message>
    <message>
        <source>The recording can’t be deleted: {0}.</source>
        <translation>La grabación no se puede eliminar: {0}.</translation>
    </message>
    <message>
        <source>Removed from the library: {0} recordings.</source>
        <translation>Quitadas de la biblioteca: {0} grabaciones.</translation>
    </message>
    <message>
        <source>“{0}” is deleted.</source>
        <translation>«{0}» se ha eliminado.</translation>
    </message>
    <message>
        <source>“{0}” is forgotten; the file stays where it is.</source>
        <translation>«{0}» se ha olvidado; el archivo no se ha borrado.</translation>
    </message>
    <message>
        <source>The recording can’t be kept: {0}.</source>
        <translation>La grabación no se puede conservar: {0}.</translation>
    </message>
</context>
<context>
    <name>LibraryPage</name>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Duración</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Fecha</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Voz</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Marcas</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notas</translation>
    </message>
    <message>
        <source>Search names, answers, voices, tags and notes</source>
        <translation>Buscar en nombres, respuestas, voces, marcas y notas</translation>
    </message>
    <message>
        <source>Search the library</source>
        <translation>Buscar en la biblioteca</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Biblioteca</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Abrir</translation>
    </message>
    <message>
        <source>Show its answer (Return)</source>
        <translation>Mostrar su respuesta (Intro)</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Reproducir</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Quitar</translation>
    </message>
    <message>
        <source>Delete recordings made here, forget files that were opened (Delete); Ctrl+Z undoes it</source>
        <translation>Eliminar las grabaciones hechas aquí y olvidar los archivos abiertos (Supr); Ctrl+Z lo deshace</translation>
    </message>
    <message>
        <source>Delete the oldest</source>
        <translation>Eliminar las más antiguas</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
    <message>
        <source>words, with commas between them</source>
        <translation>palabras, separadas por comas</translation>
    </message>
    <message>
        <source>Whose recordings over time</source>
        <translation>De quién son las grabaciones a lo largo del tiempo</translation>
    </message>
    <message>
        <source>Over time</source>
        <translation>A lo largo del tiempo</translation>
    </message>
    <message>
        <source>1 recording</source>
        <translation>1 grabación</translation>
    </message>
    <message>
        <source>{0} recordings</source>
        <translation>{0} grabaciones</translation>
    </message>
    <message>
        <source>{0}, {1} of them made here ({2})</source>
        <translation>{0}, {1} hechas aquí ({2})</translation>
    </message>
    <message>
        <source>What you record and open is remembered here.</source>
        <translation>Aquí se guarda lo que grabe y abra.</translation>
    </message>
    <message>
        <source>Your recordings take {0}, and the settings say at most {1}.</source>
        <translation>Sus grabaciones ocupan {0}, y los ajustes dicen {1} como máximo.</translation>
    </message>
    <message>
        <source>All recordings</source>
        <translation>Todas las grabaciones</translation>
    </message>
</context>
<context>
    <name>Live</name>
    <message>
        <source>The last minute</source>
        <translation>El último minuto</translation>
    </message>
    <message>
        <source>{0} s ago</source>
        <translation>hace {0} s</translation>
    </message>
    <message>
        <source>now</source>
        <translation>ahora</translation>
    </message>
</context>
<context>
    <name>LivePanel</name>
    <message>
        <source>The sound as it comes</source>
        <translation>El sonido según llega</translation>
    </message>
    <message>
        <source>So far: {0}</source>
        <translation>Hasta ahora: {0}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Archivo</translation>
    </message>
    <message>
        <source>&amp;Open files…</source>
        <translation>A&amp;brir archivos…</translation>
    </message>
    <message>
        <source>Open a &amp;folder…</source>
        <translation>Abrir una &amp;carpeta…</translation>
    </message>
    <message>
        <source>My e&amp;xamples…</source>
        <translation>Mis e&amp;jemplos…</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>Aj&amp;ustes…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Salir</translation>
    </message>
    <message>
        <source>All &amp;results</source>
        <translation>Todos los &amp;resultados</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>B&amp;iblioteca</translation>
    </message>
    <message>
        <source>&amp;Packs…</source>
        <translation>&amp;Paquetes…</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Edición</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Deshacer</translation>
    </message>
    <message>
        <source>&amp;Clear the list</source>
        <translation>&amp;Vaciar la lista</translation>
    </message>
    <message>
        <source>&amp;Delete all my recordings in the list</source>
        <translation>&amp;Eliminar todas mis grabaciones de la lista</translation>
    </message>
    <message>
        <source>&amp;Recording</source>
        <translation>&amp;Grabación</translation>
    </message>
    <message>
        <source>&amp;Record or stop</source>
        <translation>&amp;Grabar o detener</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>&amp;Buscar micrófonos</translation>
    </message>
    <message>
        <source>&amp;Play or stop</source>
        <translation>Re&amp;producir o detener</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>A&amp;yuda</translation>
    </message>
    <message>
        <source>What VoiceKin can and can’t do</source>
        <translation>Lo que VoiceKin puede y no puede hacer</translation>
    </message>
    <message>
        <source>&amp;Copy diagnostics</source>
        <translation>&amp;Copiar el diagnóstico</translation>
    </message>
    <message>
        <source>&amp;About VoiceKin</source>
        <translation>&amp;Acerca de VoiceKin</translation>
    </message>
    <message>
        <source>Your settings could not be read and were set aside; VoiceKin starts with its own.</source>
        <translation>Sus ajustes no se pudieron leer y se han apartado; VoiceKin empieza con los suyos.</translation>
    </message>
    <message>
        <source>No key records from other programs now. {0}</source>
        <translation>Por ahora, ninguna tecla graba desde otros programas. {0}</translation>
    </message>
    <message>
        <source>Open recordings</source>
        <translation>Abrir grabaciones</translation>
    </message>
    <message>
        <source>Open a folder of recordings</source>
        <translation>Abrir una carpeta de grabaciones</translation>
    </message>
    <message>
        <source>The recording under way began with the pack in use. Go on or stop it, and the other one is used.</source>
        <translation>La grabación en curso empezó con el paquete en uso. Continúe o deténgala, y se usará el otro.</translation>
    </message>
    <message>
        <source>{0}, {1} to {2}</source>
        <translation>{0}, de {1} a {2}</translation>
    </message>
    <message>
        <source>Recording – VoiceKin</source>
        <translation>Grabando – VoiceKin</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Buscar de nuevo</translation>
    </message>
    <message>
        <source>“{0}” is gone. Everything recorded up to then is there.</source>
        <translation>«{0}» se ha desconectado. Todo lo grabado hasta entonces está ahí.</translation>
    </message>
    <message>
        <source>Go on recording</source>
        <translation>Seguir grabando</translation>
    </message>
    <message>
        <source>“{0}” is gone.</source>
        <translation>«{0}» se ha desconectado.</translation>
    </message>
    <message>
        <source>The pack can’t be opened.</source>
        <translation>El paquete no se puede abrir.</translation>
    </message>
    <message>
        <source>The diagnostics are on the clipboard.</source>
        <translation>El diagnóstico está en el portapapeles.</translation>
    </message>
</context>
<context>
    <name>Manner</name>
    <message>
        <source>lower</source>
        <translation>más grave</translation>
    </message>
    <message>
        <source>higher</source>
        <translation>más aguda</translation>
    </message>
    <message>
        <source>flatter</source>
        <translation>más monótona</translation>
    </message>
    <message>
        <source>livelier</source>
        <translation>más viva</translation>
    </message>
    <message>
        <source>slower</source>
        <translation>más lenta</translation>
    </message>
    <message>
        <source>faster</source>
        <translation>más rápida</translation>
    </message>
    <message>
        <source>softer</source>
        <translation>más suave</translation>
    </message>
    <message>
        <source>more forcefully</source>
        <translation>más enérgica</translation>
    </message>
    <message>
        <source>Spoken {0} than most people speak.</source>
        <translation>La voz suena {0} que la de la mayoría de la gente.</translation>
    </message>
    <message>
        <source>Spoken {0} than elsewhere in this recording.</source>
        <translation>Suena {0} que en el resto de esta grabación.</translation>
    </message>
    <message>
        <source>Spoken {0} than in the other recordings.</source>
        <translation>Suena {0} que en las otras grabaciones.</translation>
    </message>
    <message>
        <source>Spoken {0} than this voice usually does.</source>
        <translation>Suena {0} de lo habitual en esta voz.</translation>
    </message>
    <message>
        <source> and </source>
        <translation> y </translation>
    </message>
</context>
<context>
    <name>Map</name>
    <message>
        <source>Your recording lies among these: {0}.</source>
        <translation>Su grabación está entre estas: {0}.</translation>
    </message>
    <message>
        <source>A map of {0} recordings that the pack knows; those that sound alike lie close.</source>
        <translation>Un mapa de {0} grabaciones que el paquete conoce; las que suenan parecidas están cerca.</translation>
    </message>
</context>
<context>
    <name>MapPanel</name>
    <message>
        <source>Where it lies</source>
        <translation>Dónde se sitúa</translation>
    </message>
    <message>
        <source>Every mark is a recording that the pack knows. The star is yours; rings mark the nearest.</source>
        <translation>Cada marca es una grabación que el paquete conoce. La estrella es la suya; los anillos señalan las más cercanas.</translation>
    </message>
</context>
<context>
    <name>NeighbourCard</name>
    <message>
        <source>Weight</source>
        <translation>Peso</translation>
    </message>
    <message>
        <source>Weight: {0} of what the neighbours say; the longest bar is the heaviest</source>
        <translation>Peso: {0} de lo que dicen las vecinas; la barra más larga es la que más pesa</translation>
    </message>
    <message>
        <source>“{0}”</source>
        <translation>«{0}»</translation>
    </message>
    <message>
        <source>distance {0} · {1} s</source>
        <translation>distancia {0} · {1} s</translation>
    </message>
    <message>
        <source>Play: {0}</source>
        <translation>Reproducir: {0}</translation>
    </message>
    <message>
        <source>Play this recording (Return)</source>
        <translation>Reproducir esta grabación (Intro)</translation>
    </message>
</context>
<context>
    <name>Neighbours</name>
    <message>
        <source>1 speaker</source>
        <translation>1 persona</translation>
    </message>
    <message>
        <source>{0} speakers</source>
        <translation>{0} personas</translation>
    </message>
    <message>
        <source>{0} languages</source>
        <translation>{0} idiomas</translation>
    </message>
    <message>
        <source>All {1} nearest are {2}: {3}. The nearest make up {4} of the answer.</source>
        <translation>Las {1} más cercanas suenan así: {2} ({3}). Las más cercanas forman el {4} de la respuesta.</translation>
    </message>
    <message>
        <source>{0} of the {1} nearest are {2}: {3}. The nearest make up {4} of the answer.</source>
        <translation>{0} de las {1} más cercanas suenan así: {2} ({3}). Las más cercanas forman el {4} de la respuesta.</translation>
    </message>
    <message>
        <source>Your own example</source>
        <translation>Su propio ejemplo</translation>
    </message>
    <message>
        <source>speaker {0}</source>
        <translation>hablante {0}</translation>
    </message>
    <message>
        <source>Neighbour {0} of {1}: {2}, {3}, distance {4}, weight {5}</source>
        <translation>Vecina {0} de {1}: {2}, {3}, distancia {4}, peso {5}</translation>
    </message>
</context>
<context>
    <name>NeighboursPanel</name>
    <message>
        <source>It sounds most like these</source>
        <translation>Se parece más a estas</translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>Mostrar menos</translation>
    </message>
    <message>
        <source>Show all {0}</source>
        <translation>Mostrar las {0}</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Undo</source>
        <translation>Deshacer</translation>
    </message>
    <message>
        <source>Undo (Ctrl+Z)</source>
        <translation>Deshacer (Ctrl+Z)</translation>
    </message>
</context>
<context>
    <name>NoticeLine</name>
    <message>
        <source>Close this message</source>
        <translation>Cerrar este mensaje</translation>
    </message>
</context>
<context>
    <name>PacksDialog</name>
    <message>
        <source>Packs</source>
        <translation>Paquetes</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>Ficha del modelo</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Usar</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Verificar</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Quitar</translation>
    </message>
    <message>
        <source>Install a pack…</source>
        <translation>Instalar un paquete…</translation>
    </message>
    <message>
        <source>Install a folder…</source>
        <translation>Instalar una carpeta…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Checking {0}…</source>
        <translation>Comprobando {0}…</translation>
    </message>
    <message>
        <source>{0}, in use</source>
        <translation>{0}, en uso</translation>
    </message>
    <message>
        <source>{0} is in use from now on; answers that are there stay.</source>
        <translation>{0} está en uso desde ahora; las respuestas que hay se quedan.</translation>
    </message>
    <message>
        <source>{0} is intact: every check passed.</source>
        <translation>{0} está intacto: pasó todas las comprobaciones.</translation>
    </message>
    <message>
        <source>Remove the pack {0} from this computer?</source>
        <translation>¿Quitar el paquete {0} de este ordenador?</translation>
    </message>
    <message>
        <source>{0} is removed.</source>
        <translation>{0} se ha quitado.</translation>
    </message>
    <message>
        <source>Install a pack</source>
        <translation>Instalar un paquete</translation>
    </message>
    <message>
        <source>Packs (*.vkpack)</source>
        <translation>Paquetes (*.vkpack)</translation>
    </message>
    <message>
        <source>Install a pack from its folder</source>
        <translation>Instalar un paquete desde su carpeta</translation>
    </message>
    <message>
        <source>{0} is installed. “Use” makes it the pack in use.</source>
        <translation>{0} está instalado. «Usar» lo pone en uso.</translation>
    </message>
    <message>
        <source>{0} was not installed: {1}</source>
        <translation>{0} no se instaló: {1}</translation>
    </message>
    <message>
        <source>A pack called {0} is installed already. Replace it?</source>
        <translation>Ya hay instalado un paquete llamado {0}. ¿Reemplazarlo?</translation>
    </message>
</context>
<context>
    <name>PassagesPanel</name>
    <message>
        <source>Sounds like</source>
        <translation>Suena</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Tiempo</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Duración</translation>
    </message>
    <message>
        <source>How sure</source>
        <translation>Seguridad</translation>
    </message>
    <message>
        <source>Speaker</source>
        <translation>Persona</translation>
    </message>
    <message>
        <source>Passages of this recording</source>
        <translation>Pasajes de esta grabación</translation>
    </message>
    <message>
        <source>Play this passage</source>
        <translation>Reproducir este pasaje</translation>
    </message>
    <message>
        <source>Return on a row, or a double click, plays it, too</source>
        <translation>También lo reproduce Intro en una fila, o un doble clic</translation>
    </message>
    <message>
        <source>What it consists of</source>
        <translation>De qué se compone</translation>
    </message>
</context>
<context>
    <name>PlayBar</name>
    <message>
        <source>Play</source>
        <translation>Reproducir</translation>
    </message>
    <message>
        <source>Position in the recording</source>
        <translation>Posición en la grabación</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
</context>
<context>
    <name>Published</name>
    <message>
        <source>The pack has no sound of its recordings. This one is from {0}: name the folder of your copies of the published corpora once, and it can be heard.</source>
        <translation>El paquete no lleva el sonido de sus grabaciones. Esta es de {0}: indique una vez la carpeta con sus copias de los corpus publicados y se podrá oír.</translation>
    </message>
    <message>
        <source>“{0}” of {1} is not in {2}.</source>
        <translation>«{0}» de {1} no está en {2}.</translation>
    </message>
    <message>
        <source>Choose the folder…</source>
        <translation>Elegir la carpeta…</translation>
    </message>
    <message>
        <source>Folder of the published corpora</source>
        <translation>Carpeta de los corpus publicados</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Progress of all recordings</source>
        <translation>Progreso de todas las grabaciones</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausa</translation>
    </message>
    <message>
        <source>Hold the recordings where they are, and go on from there later</source>
        <translation>Retener las grabaciones donde están y seguir desde ahí más tarde</translation>
    </message>
    <message>
        <source>Stop all</source>
        <translation>Detener todas</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Reanudar</translation>
    </message>
    <message>
        <source>{0} of {1} done</source>
        <translation>{0} de {1} hechas</translation>
    </message>
    <message>
        <source>{0}, paused</source>
        <translation>{0}, en pausa</translation>
    </message>
    <message>
        <source>{0}, {1} left</source>
        <translation>{0}, faltan {1}</translation>
    </message>
</context>
<context>
    <name>Record</name>
    <message>
        <source>Microphone level in decibels of full scale</source>
        <translation>Nivel del micrófono en decibelios respecto al máximo</translation>
    </message>
</context>
<context>
    <name>RecordPanel</name>
    <message>
        <source>Microphone</source>
        <translation>Micrófono</translation>
    </message>
    <message>
        <source>Look for microphones again (F5)</source>
        <translation>Buscar micrófonos de nuevo (F5)</translation>
    </message>
    <message>
        <source>Look for microphones again</source>
        <translation>Buscar micrófonos de nuevo</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>Ningún micrófono</translation>
    </message>
    <message>
        <source>Opening the microphone…</source>
        <translation>Abriendo el micrófono…</translation>
    </message>
    <message>
        <source>No microphone found. Plug one in and press ⟳, or drop audio files.</source>
        <translation>No se ha encontrado ningún micrófono. Conecte uno y pulse ⟳, o suelte archivos de audio.</translation>
    </message>
    <message>
        <source>Press Space to record</source>
        <translation>Pulse Espacio para grabar</translation>
    </message>
    <message>
        <source>Waiting for the first sound…</source>
        <translation>Esperando el primer sonido…</translation>
    </message>
    <message>
        <source>Recording. Space ends it</source>
        <translation>Grabando. Espacio para terminar</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Guardando…</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Terminar la grabación</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Grabar</translation>
    </message>
    <message>
        <source>Stop (Space)</source>
        <translation>Terminar (Espacio)</translation>
    </message>
    <message>
        <source>Record (Space)</source>
        <translation>Grabar (Espacio)</translation>
    </message>
    <message>
        <source>No sound is arriving from this microphone. Refresh, or choose another one.</source>
        <translation>De este micrófono no llega sonido. Actualice o elija otro.</translation>
    </message>
    <message>
        <source>The microphone gives only silence. Is it muted, or is VoiceKin not allowed to use it?</source>
        <translation>El micrófono solo da silencio. ¿Está silenciado, o VoiceKin no tiene permiso para usarlo?</translation>
    </message>
    <message>
        <source>Sound was lost {0} times: the computer is too busy.</source>
        <translation>Se perdió sonido {0} veces: el ordenador está demasiado ocupado.</translation>
    </message>
    <message>
        <source>Too loud: the sound is clipped. Move away or turn the input down.</source>
        <translation>Demasiado alto: el sonido se satura. Aléjese o baje la entrada.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>Over time</source>
        <translation>A lo largo del tiempo</translation>
    </message>
    <message>
        <source>Who speaks</source>
        <translation>Quién habla</translation>
    </message>
    <message>
        <source>It sounds most like these</source>
        <translation>Se parece más a estas</translation>
    </message>
    <message>
        <source>What it rests on</source>
        <translation>En qué se basa</translation>
    </message>
    <message>
        <source>What it can’t say</source>
        <translation>Lo que no puede decir</translation>
    </message>
    <message>
        <source>It says how a voice sounds, not what someone feels. It gets about two in three of a stranger’s recordings right. It must not be used at work or in education to infer the emotions of people, on people who did not agree, or for decisions about people.</source>
        <translation>Dice cómo suena una voz, no lo que alguien siente. Acierta en unas dos de cada tres grabaciones de un desconocido. No debe usarse en el trabajo ni en la educación para inferir las emociones de las personas, ni con quienes no lo hayan consentido, ni para decisiones sobre personas.</translation>
    </message>
    <message>
        <source>Written by VoiceKin {0} on this computer.</source>
        <translation>Generado por VoiceKin {0} en este ordenador.</translation>
    </message>
    <message>
        <source>Emotion</source>
        <translation>Emoción</translation>
    </message>
    <message>
        <source>Where it is from</source>
        <translation>De dónde es</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Palabras</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Peso</translation>
    </message>
</context>
<context>
    <name>ResultsPage</name>
    <message>
        <source>Filter by name, answer, folder or remark</source>
        <translation>Filtrar por nombre, respuesta, carpeta u observación</translation>
    </message>
    <message>
        <source>Filter the results</source>
        <translation>Filtrar los resultados</translation>
    </message>
    <message>
        <source>How many recordings have each emotion; two emotions count half each</source>
        <translation>Cuántas grabaciones tienen cada emoción; dos emociones cuentan la mitad cada una</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>Resultados</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>Answer the selected recordings again; without a selection, those that failed</source>
        <translation>Responder de nuevo las grabaciones seleccionadas; sin selección, las que fallaron</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Stop the selected recordings that wait or run</source>
        <translation>Detener las grabaciones seleccionadas en espera o en curso</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Quitar</translation>
    </message>
    <message>
        <source>Take the selected recordings off the list (Delete); their files stay</source>
        <translation>Quitar de la lista las grabaciones seleccionadas (Supr); sus archivos se quedan</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Lado a lado</translation>
    </message>
    <message>
        <source>Show the two selected recordings side by side (Ctrl+D)</source>
        <translation>Mostrar lado a lado las dos grabaciones seleccionadas (Ctrl+D)</translation>
    </message>
    <message>
        <source>Two recordings side &amp;by side</source>
        <translation>Dos grabaciones &amp;lado a lado</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportar</translation>
    </message>
    <message>
        <source>Write the selected results, or all that are shown, to a file</source>
        <translation>Escribir en un archivo los resultados seleccionados, o todos los que se muestran</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
    <message>
        <source>All results</source>
        <translation>Todos los resultados</translation>
    </message>
    <message>
        <source>{0} between two emotions</source>
        <translation>{0} entre dos emociones</translation>
    </message>
    <message>
        <source>{0} with two emotions</source>
        <translation>{0} con dos emociones</translation>
    </message>
    <message>
        <source>{0} uncertain</source>
        <translation>{0} sin certeza</translation>
    </message>
    <message>
        <source>{0} without speech</source>
        <translation>{0} sin voz</translation>
    </message>
    <message>
        <source>{0} without an answer</source>
        <translation>{0} sin respuesta</translation>
    </message>
    <message>
        <source>{0} waiting</source>
        <translation>{0} pendientes</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>en pausa</translation>
    </message>
    <message>
        <source>1 recording</source>
        <translation>1 grabación</translation>
    </message>
    <message>
        <source>{0} recordings</source>
        <translation>{0} grabaciones</translation>
    </message>
    <message>
        <source>Drop audio files on this window, or choose them with “Open files…” (Ctrl+O).</source>
        <translation>Suelte archivos de audio en esta ventana, o elíjalos con «Abrir archivos…» (Ctrl+O).</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>{0}, channel {1}</source>
        <translation>{0}, canal {1}</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Grabación</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>How sure</source>
        <translation>Seguridad</translation>
    </message>
    <message>
        <source>Based on</source>
        <translation>Se basa en</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Duración</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>Partes</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Añadida</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Carpeta</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>Observación</translation>
    </message>
    <message>
        <source>Answered with what was known before. {0}</source>
        <translation>Respondida con lo que se sabía antes. {0}</translation>
    </message>
    <message>
        <source>Being answered again: what it is based on has changed.</source>
        <translation>Se responde de nuevo: ha cambiado aquello en que se basa.</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Sin respuesta</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Detenida</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>En pausa</translation>
    </message>
    <message>
        <source>{0} heard</source>
        <translation>{0} escuchado</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Escuchando…</translation>
    </message>
    <message>
        <source>{0}, out of date</source>
        <translation>{0}, desactualizada</translation>
    </message>
    <message>
        <source>{0}, updating</source>
        <translation>{0}, actualizándose</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En espera</translation>
    </message>
</context>
<context>
    <name>SessionPanel</name>
    <message>
        <source>Open files…</source>
        <translation>Abrir archivos…</translation>
    </message>
    <message>
        <source>Choose audio files (Ctrl+O), or drop them anywhere on the window</source>
        <translation>Elija archivos de audio (Ctrl+O), o suéltelos en cualquier parte de la ventana</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtrar</translation>
    </message>
    <message>
        <source>Filter the recordings</source>
        <translation>Filtrar las grabaciones</translation>
    </message>
    <message>
        <source>Your recordings and dropped files are listed here.</source>
        <translation>Aquí aparecen sus grabaciones y los archivos que abra.</translation>
    </message>
    <message>
        <source>Recordings of this session</source>
        <translation>Grabaciones de esta sesión</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Grabaciones</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Como el sistema</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Oscuro</translation>
    </message>
    <message>
        <source>Show the level before a recording begins</source>
        <translation>Mostrar el nivel antes de empezar a grabar</translation>
    </message>
    <message>
        <source>The microphone is open for it while VoiceKin runs; nothing is stored.</source>
        <translation>El micrófono está abierto para ello mientras VoiceKin funciona; no se guarda nada.</translation>
    </message>
    <message>
        <source>Keep my recordings when VoiceKin closes</source>
        <translation>Conservar mis grabaciones al cerrar VoiceKin</translation>
    </message>
    <message>
        <source>Otherwise only those are kept that you choose to keep.</source>
        <translation>Si no, solo se conservan las que usted elija.</translation>
    </message>
    <message>
        <source>Remember opened files in the library</source>
        <translation>Recordar en la biblioteca los archivos abiertos</translation>
    </message>
    <message>
        <source>Their names and answers; the files stay where they are.</source>
        <translation>Sus nombres y respuestas; los archivos quedan donde están.</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>Sin límite</translation>
    </message>
    <message>
        <source>Keep the sound of my examples</source>
        <translation>Conservar el sonido de mis ejemplos</translation>
    </message>
    <message>
        <source>So that they can be heard again, and heard by another pack.</source>
        <translation>Para que se puedan volver a oír, también por otro paquete.</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Tema</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Idioma</translation>
    </message>
    <message>
        <source>The language changes the next time VoiceKin starts.</source>
        <translation>El cambio de idioma se aplicará la próxima vez que se inicie VoiceKin.</translation>
    </message>
    <message>
        <source>Text &amp;size</source>
        <translation>T&amp;amaño del texto</translation>
    </message>
    <message>
        <source>&amp;Room for my recordings</source>
        <translation>&amp;Espacio para mis grabaciones</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Show VoiceKin in the system tray</source>
        <translation>Mostrar VoiceKin en la bandeja del sistema</translation>
    </message>
    <message>
        <source>Closing the window leaves VoiceKin running in the tray</source>
        <translation>Al cerrar la ventana, VoiceKin sigue en la bandeja</translation>
    </message>
    <message>
        <source>The microphone is closed meanwhile, unless you record.</source>
        <translation>Mientras tanto el micrófono está cerrado, salvo si graba.</translation>
    </message>
    <message>
        <source>This system has no tray.</source>
        <translation>Este sistema no tiene bandeja.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Ninguna</translation>
    </message>
    <message>
        <source>Key to record from &amp;any program</source>
        <translation>Tecla para &amp;grabar desde cualquier programa</translation>
    </message>
</context>
<context>
    <name>Several</name>
    <message>
        <source>angry</source>
        <translation>enfadadas</translation>
    </message>
    <message>
        <source>happy</source>
        <translation>alegres</translation>
    </message>
    <message>
        <source>neutral</source>
        <translation>neutras</translation>
    </message>
    <message>
        <source>sad</source>
        <translation>tristes</translation>
    </message>
    <message>
        <source>calm</source>
        <translation>tranquilas</translation>
    </message>
    <message>
        <source>fearful</source>
        <translation>asustadas</translation>
    </message>
    <message>
        <source>disgusted</source>
        <translation>asqueadas</translation>
    </message>
    <message>
        <source>surprised</source>
        <translation>sorprendidas</translation>
    </message>
    <message>
        <source>bored</source>
        <translation>aburridas</translation>
    </message>
    <message>
        <source>excited</source>
        <translation>entusiasmadas</translation>
    </message>
    <message>
        <source>frustrated</source>
        <translation>frustradas</translation>
    </message>
</context>
<context>
    <name>SideBySideDialog</name>
    <message>
        <source>Two recordings side by side</source>
        <translation>Dos grabaciones lado a lado</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
</context>
<context>
    <name>SmallWindow</name>
    <message>
        <source>Small &amp;window</source>
        <translation>&amp;Ventana pequeña</translation>
    </message>
    <message>
        <source>Back to the full window</source>
        <translation>Volver a la ventana completa</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Terminar la grabación</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Grabar</translation>
    </message>
    <message>
        <source>Stop (Space)</source>
        <translation>Terminar (Espacio)</translation>
    </message>
    <message>
        <source>Record (Space)</source>
        <translation>Grabar (Espacio)</translation>
    </message>
    <message>
        <source>No microphone</source>
        <translation>Sin micrófono</translation>
    </message>
    <message>
        <source>Press Space to record</source>
        <translation>Pulse Espacio para grabar</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Escuchando…</translation>
    </message>
    <message>
        <source>Waiting for the answer…</source>
        <translation>Esperando la respuesta…</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Sin respuesta</translation>
    </message>
</context>
<context>
    <name>Speakers</name>
    <message>
        <source>Speaker {0}</source>
        <translation>Persona {0}</translation>
    </message>
    <message>
        <source>Speaker {0} is now called “{1}”.</source>
        <translation>La persona {0} se llama ahora «{1}».</translation>
    </message>
    <message>
        <source>Speaker {0} is heard with a saved voice.</source>
        <translation>La persona {0} se escucha con una voz guardada.</translation>
    </message>
    <message>
        <source>Speaker {0} is heard against their own stretches.</source>
        <translation>La persona {0} se compara con sus propios tramos.</translation>
    </message>
    <message>
        <source>New voice</source>
        <translation>Voz nueva</translation>
    </message>
    <message>
        <source>Whose voice is it? Choose a name:</source>
        <translation>¿De quién es la voz? Un nombre a su elección:</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Añadir</translation>
    </message>
    <message>
        <source>Speaker {0} is saved as the voice “{1}”.</source>
        <translation>La persona {0} queda guardada como la voz «{1}».</translation>
    </message>
    <message>
        <source>Name of speaker {0}</source>
        <translation>Nombre de la persona {0}</translation>
    </message>
    <message>
        <source>Whose voice speaker {0} is</source>
        <translation>De quién es la voz de la persona {0}</translation>
    </message>
    <message>
        <source>Save speaker {0} as a new voice</source>
        <translation>Guardar a la persona {0} como voz nueva</translation>
    </message>
</context>
<context>
    <name>SpeakersPanel</name>
    <message>
        <source>How many speakers there are</source>
        <translation>Cuántas personas hablan</translation>
    </message>
    <message>
        <source>Don’t tell them apart</source>
        <translation>Sin distinguir voces</translation>
    </message>
    <message>
        <source>As many as are heard</source>
        <translation>Tantas como se oigan</translation>
    </message>
    <message>
        <source>1 speaker</source>
        <translation>1 persona</translation>
    </message>
    <message>
        <source>{0} speakers</source>
        <translation>{0} personas</translation>
    </message>
    <message>
        <source>Who speaks</source>
        <translation>Quién habla</translation>
    </message>
    <message>
        <source>If several people speak, say how many: each is then compared with their own passages.</source>
        <translation>Si hablan varias personas, indique cuántas: cada una se compara entonces con sus propios pasajes.</translation>
    </message>
    <message>
        <source>Answers are surer where a speaker is a saved voice.</source>
        <translation>Las respuestas son más seguras si la persona es una voz guardada.</translation>
    </message>
    <message>
        <source>No saved voice</source>
        <translation>Sin asignar</translation>
    </message>
    <message>
        <source>This is {0}</source>
        <translation>Es {0}</translation>
    </message>
    <message>
        <source>Is this {0}?</source>
        <translation>¿Es {0}?</translation>
    </message>
</context>
<context>
    <name>Takes</name>
    <message>
        <source>Recording {0}</source>
        <translation>Grabación {0}</translation>
    </message>
    <message>
        <source>The recording can’t be kept: {0}.</source>
        <translation>La grabación no se puede conservar: {0}.</translation>
    </message>
    <message>
        <source>The recording can’t be deleted: {0}.</source>
        <translation>La grabación no se puede eliminar: {0}.</translation>
    </message>
    <message>
        <source>“{0}” is deleted.</source>
        <translation>«{0}» se ha eliminado.</translation>
    </message>
    <message>
        <source>Deleted: {0} recordings.</source>
        <translation>Eliminadas: {0} grabaciones.</translation>
    </message>
    <message>
        <source>“{0}” is off the list; the file stays where it is.</source>
        <translation>«{0}» ya no está en la lista; el archivo no se ha borrado.</translation>
    </message>
    <message>
        <source>{0} recordings are off the list; the files stay where they are.</source>
        <translation>{0} grabaciones ya no están en la lista; los archivos quedan donde están.</translation>
    </message>
    <message>
        <source>Recover</source>
        <translation>Recuperar</translation>
    </message>
    <message>
        <source>Delete them</source>
        <translation>Eliminarlas</translation>
    </message>
    <message>
        <source>VoiceKin did not close properly last time. Recordings saved from then: {0}.</source>
        <translation>VoiceKin no se cerró bien la última vez. Grabaciones salvadas de entonces: {0}.</translation>
    </message>
    <message>
        <source>Recovered {0}</source>
        <translation>Recuperada {0}</translation>
    </message>
    <message>
        <source>The recording is deleted.</source>
        <translation>La grabación se ha eliminado.</translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message>
        <source>Remembered: this was “{0}”.</source>
        <translation>Recordado: era «{0}».</translation>
    </message>
    <message>
        <source>That was…</source>
        <translation>Era…</translation>
    </message>
    <message>
        <source>What was it? A word of your own:</source>
        <translation>¿Qué era? Una palabra suya:</translation>
    </message>
    <message>
        <source>Remember</source>
        <translation>Recordar</translation>
    </message>
    <message>
        <source>Are all recordings in “{0}” one speaker? Then VoiceKin can learn the voice.</source>
        <translation>¿Son de una sola persona todas las grabaciones de «{0}»? Entonces VoiceKin puede aprender la voz.</translation>
    </message>
    <message>
        <source>All one speaker</source>
        <translation>Todas de una persona</translation>
    </message>
    <message>
        <source>New voice</source>
        <translation>Voz nueva</translation>
    </message>
    <message>
        <source>Whose voice is it? Choose a name:</source>
        <translation>¿De quién es la voz? Un nombre a su elección:</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Añadir</translation>
    </message>
    <message>
        <source>The voice has learnt from this recording. Recordings so far: {0}.</source>
        <translation>La voz ha aprendido de esta grabación. Grabaciones hasta ahora: {0}.</translation>
    </message>
    <message>
        <source>The voice “{0}” has learnt from {1} recordings, which are answered with it now.</source>
        <translation>La voz «{0}» ha aprendido de {1} grabaciones, que ahora se responden con ella.</translation>
    </message>
    <message>
        <source>Left out: {0}.</source>
        <translation>Omitidas: {0}.</translation>
    </message>
    <message>
        <source>The voice “{0}” is forgotten.</source>
        <translation>La voz «{0}» se ha olvidado.</translation>
    </message>
    <message>
        <source>This pack can’t use {0} of your examples: their sound was not kept for it to hear.</source>
        <translation>Este paquete no puede usar {0} de sus ejemplos: no se conservó su sonido para que lo oiga.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
</context>
<context>
    <name>ThatWasPanel</name>
    <message>
        <source>That was…</source>
        <translation>Era…</translation>
    </message>
    <message>
        <source>Something else…</source>
        <translation>Otra cosa…</translation>
    </message>
    <message>
        <source>A word of your own (Alt+0); with three recordings it joins the answers</source>
        <translation>Una palabra suya (Alt+0); con tres grabaciones se une a las respuestas</translation>
    </message>
    <message>
        <source>That was: {0}</source>
        <translation>Era: {0}</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Emotions over time</source>
        <translation>Emociones a lo largo del tiempo</translation>
    </message>
    <message>
        <source>{0} to {1}: {2}, {3}</source>
        <translation>de {0} a {1}: {2}, {3}</translation>
    </message>
</context>
<context>
    <name>TimelinePanel</name>
    <message>
        <source>Part of the recording that is shown</source>
        <translation>Parte de la grabación que se muestra</translation>
    </message>
    <message>
        <source>Analyse this part</source>
        <translation>Analizar esta parte</translation>
    </message>
    <message>
        <source>Spectrogram</source>
        <translation>Espectrograma</translation>
    </message>
    <message>
        <source>How strong each frequency is, up to 5 kHz; of five minutes and less</source>
        <translation>Cuán fuerte es cada frecuencia, hasta 5 kHz; de cinco minutos como máximo</translation>
    </message>
    <message>
        <source>Pitch</source>
        <translation>Tono</translation>
    </message>
    <message>
        <source>How high the voice is, in Hz, where it has a pitch; of five minutes and less</source>
        <translation>Cuán aguda es la voz, en Hz, donde tiene tono; de cinco minutos como máximo</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Acercar</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Alejar</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Mostrar todo</translation>
    </message>
    <message>
        <source>Over time</source>
        <translation>A lo largo del tiempo</translation>
    </message>
    <message>
        <source>Share of the time: {0}</source>
        <translation>Proporción del tiempo: {0}</translation>
    </message>
    <message>
        <source>Pitch in this part: usually {0} Hz, mostly between {1} and {2} Hz.</source>
        <translation>Tono en esta parte: normalmente {0} Hz, casi siempre entre {1} y {2} Hz.</translation>
    </message>
    <message>
        <source>No pitch was found in this part.</source>
        <translation>No se encontró ningún tono en esta parte.</translation>
    </message>
    <message>
        <source>Zoom in to five minutes or less to see the pitch.</source>
        <translation>Amplíe hasta cinco minutos o menos para ver el tono.</translation>
    </message>
    <message>
        <source>Click to hear it from there; drag to select a part.</source>
        <translation>Haga clic para oírla desde ahí; arrastre para seleccionar una parte.</translation>
    </message>
    <message>
        <source>Selected: {0} to {1}</source>
        <translation>Seleccionado: de {0} a {1}</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Salir</translation>
    </message>
    <message>
        <source>&amp;Stop recording</source>
        <translation>&amp;Terminar la grabación</translation>
    </message>
    <message>
        <source>&amp;Record</source>
        <translation>&amp;Grabar</translation>
    </message>
    <message>
        <source>&amp;Hide the window</source>
        <translation>&amp;Ocultar la ventana</translation>
    </message>
    <message>
        <source>S&amp;how the window</source>
        <translation>&amp;Mostrar la ventana</translation>
    </message>
    <message>
        <source>VoiceKin is recording</source>
        <translation>VoiceKin está grabando</translation>
    </message>
</context>
<context>
    <name>ViewMenu</name>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ver</translation>
    </message>
    <message>
        <source>&amp;Larger text</source>
        <translation>Texto más &amp;grande</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>Texto más &amp;pequeño</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>Tamaño de texto &amp;habitual</translation>
    </message>
</context>
<context>
    <name>VoiceDialog</name>
    <message>
        <source>Voice</source>
        <translation>Voz</translation>
    </message>
    <message>
        <source>Name of the voice</source>
        <translation>Nombre de la voz</translation>
    </message>
    <message>
        <source>How well the voice is known</source>
        <translation>Hasta qué punto se conoce la voz</translation>
    </message>
    <message>
        <source>Pause learning</source>
        <translation>Pausar el aprendizaje</translation>
    </message>
    <message>
        <source>Recordings that the voice has learnt from</source>
        <translation>Grabaciones de las que ha aprendido la voz</translation>
    </message>
    <message>
        <source>Take this recording out</source>
        <translation>Quitar esta grabación</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Learnt from</source>
        <translation>Ha aprendido de</translation>
    </message>
    <message>
        <source>{0} known</source>
        <translation>conocida al {0}</translation>
    </message>
    <message>
        <source>A take</source>
        <translation>Una grabación de aquí</translation>
    </message>
    <message>
        <source>The voice “{0}” is now called “{1}”.</source>
        <translation>La voz «{0}» se llama ahora «{1}».</translation>
    </message>
    <message>
        <source>The voice no longer rests on that recording.</source>
        <translation>La voz ya no se basa en esa grabación.</translation>
    </message>
    <message>
        <source>What is kept of a voice: figures of how it sounds, and a speaker embedding of each recording, 40 numbers that tell who a person is. That is biometric: it stays on this computer, goes when the voice is forgotten, and is in no exported file.</source>
        <translation>Qué se conserva de una voz: cifras de cómo suena y, de cada grabación, una huella del hablante (speaker embedding), 40 números que permiten reconocer a la persona. Es un dato biométrico: se queda en este ordenador, desaparece cuando se olvida la voz y no está en ningún archivo exportado.</translation>
    </message>
</context>
<context>
    <name>VoicePanel</name>
    <message>
        <source>Whose voice it is</source>
        <translation>De quién es la voz</translation>
    </message>
    <message>
        <source>New voice</source>
        <translation>Voz nueva</translation>
    </message>
    <message>
        <source>Give a voice a name, so that VoiceKin can get to know it</source>
        <translation>Ponga nombre a una voz para que VoiceKin la conozca</translation>
    </message>
    <message>
        <source>Talk for a minute…</source>
        <translation>Hablar un minuto…</translation>
    </message>
    <message>
        <source>VoiceKin asks, you talk, and it learns the voice; no sound is kept</source>
        <translation>VoiceKin pregunta, usted habla y aprende la voz; no se conserva sonido</translation>
    </message>
    <message>
        <source>Details…</source>
        <translation>Detalles…</translation>
    </message>
    <message>
        <source>Its name, what it has learnt from, and a pause</source>
        <translation>Su nombre, de qué ha aprendido y una pausa</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Olvidar</translation>
    </message>
    <message>
        <source>Forget this voice</source>
        <translation>Olvidar esta voz</translation>
    </message>
    <message>
        <source>Learn from takes</source>
        <translation>Seguir aprendiendo</translation>
    </message>
    <message>
        <source>Whose voice is it?</source>
        <translation>¿De quién es la voz?</translation>
    </message>
    <message>
        <source>Unknown voice</source>
        <translation>Voz desconocida</translation>
    </message>
    <message>
        <source>Each recording is one speaker</source>
        <translation>Cada grabación es una persona</translation>
    </message>
    <message>
        <source>Each by itself</source>
        <translation>Cada una por sí sola</translation>
    </message>
    <message>
        <source>VoiceKin has not heard this voice yet.</source>
        <translation>VoiceKin aún no ha oído esta voz.</translation>
    </message>
    <message>
        <source>Learnt from {0} recordings; the voice is {1} known.</source>
        <translation>Ha aprendido de {0} grabaciones; la voz se conoce al {1}.</translation>
    </message>
    <message>
        <source>Learnt from 1 recording; the voice is {1} known.</source>
        <translation>Ha aprendido de 1 grabación; la voz se conoce al {1}.</translation>
    </message>
    <message>
        <source>The voice is learnt from the recording itself; best for long ones.</source>
        <translation>La voz se aprende de la propia grabación; mejor con las largas.</translation>
    </message>
    <message>
        <source>Learn from this</source>
        <translation>Aprender de esto</translation>
    </message>
    <message>
        <source>Learn the voice from the recording that is shown</source>
        <translation>Aprender la voz de la grabación que se muestra</translation>
    </message>
    <message>
        <source>Learn the voice from each recording that you make here</source>
        <translation>Aprender la voz de cada grabación que se haga aquí</translation>
    </message>
    <message>
        <source>In a long recording, each part is compared with the rest. Five recordings or more are compared with each other.</source>
        <translation>En una grabación larga, cada parte se compara con el resto. Con cinco grabaciones o más, cada una se compara con las demás.</translation>
    </message>
</context>
<context>
    <name>WhatIfPanel</name>
    <message>
        <source>What if…</source>
        <translation>¿Y si…?</translation>
    </message>
    <message>
        <source>Number of neighbours</source>
        <translation>Número de vecinas</translation>
    </message>
    <message>
        <source>Weight of the neighbours</source>
        <translation>Peso de las vecinas</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Restablecer</translation>
    </message>
</context>
</TS>
